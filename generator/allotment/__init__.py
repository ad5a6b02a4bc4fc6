"""Whether what tenants are promised fits into what those above them hold, up to the clusters.

``forest`` says who counts against whom, ``ledger`` adds up, ``overdraft`` tells what does not fit, ``account`` is what
can be shown of it, and ``around`` what each tenant has to know to be rendered. The law: each step is linear in the
tenants, whatever the depth of their tree, and no sum that is accepted is exceeded by what the rendered quotas let
namespaces use together, but by the factor that the holder has declared. Quotas hold on each cluster by itself, and so
do the sums.
"""
