# Settings of the Clawrden daemon: where its files are, how the record is kept, what agents can't exceed. What agents may do is
# in policy.d. Everything has a default, so nothing need be here; clawrden.hcl(5) has all of it. After a change:
#
#   clawrden config check && systemctl restart clawrden.service
