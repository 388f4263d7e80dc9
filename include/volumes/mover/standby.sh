# Carry out orders as they come: an order is an annotation of this pod, "NAME=value ..." without blanks in the values, and
# what is to be done is the first argument. Between orders the repository's cache and the files' digests stay here.
# The first process of a container ends at a signal only if it says so; the pod would stay for its whole grace period.
trap 'exit 143' TERM
export REMEMBERED=/tmp/digests
done=
while :; do
    order=
    read -r order </orders/order || true
    if [ "$order" != "$done" ]; then
        done=$order
        echo "cce-begin $order"
        code=0
        case " $order " in *" PASS=end "*) ;; *) env $order sh -c "$1" || code=$? ;; esac
        echo "cce-end $code $order"
        case " $order " in *" PASS=final "* | *" PASS=end "*) exit "$code" ;; esac
    fi
    sleep 0.2
done
