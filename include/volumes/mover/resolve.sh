# Asks the cluster's DNS for each of $NAMES as an application would, and prints what it answers.
# A name that ends in .svc is completed by the cluster's own domain, which resolv.conf tells.
domain=$(sed -n 's/^search .*[ .]svc\.\([^ ]*\).*/\1/p' /etc/resolv.conf)
for name in $NAMES; do
  case $name in
    *.svc) asked="$name.${domain:-cluster.local}." ;;
    *) asked="$name." ;;
  esac
  echo "name $name"
  nslookup "$asked" 2>&1 || true
done
