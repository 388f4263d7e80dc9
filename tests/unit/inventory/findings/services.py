"""Rules about Services, Ingresses, policies and the addresses in configuration."""

from __future__ import annotations

from typing import Any

from tests.builders.objects import container, deployment, make
from tests.unit.inventory.findings.rows import Row

AWS = "service.beta.kubernetes.io/aws-load-balancer-"
ALB, NGINX = "alb.ingress.kubernetes.io/", "nginx.ingress.kubernetes.io/"
SNIPPET = "nginx.ingress.kubernetes.io/server-snippet"
WEB = ["warning Service shop/web"]
ENV = "Deployment shop/web container app env ADDRESS"
BALANCER = {"id": "x", "class": "performance"}


def service(name: str = "web", annotations: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a Service of the pods of web; keywords are fields of its spec."""
    metadata = {"annotations": annotations} if annotations else {}
    return make("v1", "Service", name, metadata=metadata, spec={"selector": {"app": "web"}, **fields})


def balancer(name: str = "web", annotations: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a LoadBalancer Service on port 80."""
    return service(name, annotations, **{"type": "LoadBalancer", "ports": [{"port": 80}], **fields})


def ingress(
    class_name: str,
    annotations: dict[str, str] | None = None,
    to: str = "web",
    port: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return an Ingress that leads to a Service."""
    backend = {"service": {"name": to, "port": port or {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return make(
        "networking.k8s.io/v1",
        "Ingress",
        "web",
        metadata={"annotations": annotations or {}},
        spec={"ingressClassName": class_name, "rules": [{"http": {"paths": [path]}}]},
    )


def environment(value: str) -> dict[str, Any]:
    """Return a Deployment with an address in its environment."""
    return deployment(containers=[container(env=[{"name": "ADDRESS", "value": value}])])


def without_balancer(document: dict[str, Any]) -> None:
    """Name no ELB."""
    document["target"].pop("load_balancer")


def answering_balancer(document: dict[str, Any]) -> None:
    """Name what Services ask of their load balancer."""
    answers = {"internal_id": "y", "certificates": {"arn:1": "c"}, "address_groups": {"shop/web": "g"}}
    document["target"]["load_balancer"] = {**BALANCER, **answers}


def turbo(document: dict[str, Any]) -> None:
    """Name a dedicated ELB, and a cluster of category Turbo."""
    document["target"]["load_balancer"] = BALANCER
    create = document["target"]["cluster"]["create"]
    del create["containers"]
    create |= {"category": "Turbo", "container_subnets": ["s"]}


def choosing(controller: str) -> Any:
    """Let a controller serve the Ingresses."""
    return lambda document: document["target"].update(ingress=controller)


def keeping_ports(document: dict[str, Any]) -> None:
    """Keep node ports."""
    document["target"]["keep_node_ports"] = True


SETTINGS = make("v1", "ConfigMap", "web", data={"url": "http://169.254.169.254/latest/meta-data"})
NODE = make("v1", "Node", "n1", status={"addresses": [{"type": "InternalIP", "address": "10.0.0.7"}]})
PLAIN = make("networking.k8s.io/v1", "NetworkPolicy", "deny")
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
PORT = {"port": 80, "nodePort": 30080}


def route(match: str) -> dict[str, Any]:
    """Return an IngressRoute of Traefik."""
    found = {"match": match, "services": [{"name": "api", "port": 80}], "middlewares": [{"name": "strip"}]}
    return make("traefik.io/v1alpha1", "IngressRoute", "web", spec={"routes": [found]})


def legacy(address: str) -> list[dict[str, Any]]:
    """Return a Service that leads to a server outside."""
    subsets = [{"addresses": [{"ip": address}], "ports": [{"port": 5432}]}]
    return [
        make("v1", "Service", "legacy", spec={"ports": [{"port": 5432}]}),
        make("v1", "Endpoints", "legacy", subsets=subsets),
    ]


def moved_to(target: str) -> Any:
    """Move the database that answers at an address without name."""

    def change(document: dict[str, Any]) -> None:
        document["databases"][0]["address"] = {"source": "10.1.0.5:5432", "target": target}

    return change


ROWS = [
    Row("traefik_routes", "a route", [
        route("Host(`a.lab`) && PathPrefix(`/api`)"),
    ], ["warning IngressRoute shop/web"]),
    Row("traefik_routes", "a route of an older Traefik", [
        make("traefik.containo.us/v1alpha1", "IngressRoute", "old", spec={"routes": [{"match": "Host(`a.lab`)"}]}),
    ], ["warning IngressRoute shop/old"]),
    Row("traefik_routes", "a route of TCP", [
        make("traefik.io/v1alpha1", "IngressRouteTCP", "db", spec={"routes": [{"match": "HostSNI(`*`)"}]}),
    ], ["warning IngressRouteTCP shop/db"]),
    Row("traefik_routes", "an Ingress of Traefik", [ingress("traefik")], []),
    Row("dns_settings", "a domain of the company", [], [
        "warning ConfigMap kube-system/coredns",
    ], facts={"cluster": {"dns": {"domains": {"corp.example.com": ["10.0.0.2"]}, "plugins": []}}}),
    Row("dns_settings", "names of its own", [], [
        "warning ConfigMap kube-system/coredns",
    ], facts={"cluster": {"dns": {"domains": {}, "plugins": ["hosts"]}}}),
    Row("dns_settings", "an inventory of an earlier version", [], [], facts={"cluster": {"version": "v1.34.4"}}),
    Row("load_balancers", "annotations of another cloud", [
        balancer(annotations={f"{AWS}type": "nlb"}),
    ], ["info Service shop/web by adaptation"]),
    Row("load_balancers", "an address of its own", [
        balancer(loadBalancerIP="10.0.0.1"),
    ], ["info Service shop/web by adaptation"]),
    Row("load_balancers", "no ELB in the definition", [
        balancer(),
    ], ["blocker Service shop/web"], without_balancer),
    Row("load_balancers", "a plain load balancer", [balancer()], []),
    Row("load_balancer_intents", "an internal one", [balancer(annotations={f"{AWS}scheme": "internal"})], WEB),
    Row("load_balancer_intents", "a certificate", [balancer(annotations={f"{AWS}ssl-cert": "arn:1"})], WEB),
    Row("load_balancer_intents", "the PROXY protocol", [
        balancer(annotations={f"{AWS}proxy-protocol": "*"}),
    ], WEB),
    Row("load_balancer_intents", "allowed addresses", [
        balancer(loadBalancerSourceRanges=["192.0.2.0/24"]),
    ], WEB),
    Row("load_balancer_intents", "a health check of another port", [
        balancer(annotations={f"{AWS}healthcheck-port": "9000"}),
    ], WEB),
    Row("load_balancer_intents", "what the definition answers", [
        balancer(
            annotations={f"{AWS}scheme": "internal", f"{AWS}ssl-cert": "arn:1", f"{AWS}healthcheck-port": "traffic-port"},
            loadBalancerSourceRanges=["192.0.2.0/24"],
            sessionAffinity="ClientIP",
        ),
    ], [], answering_balancer),
    Row("load_balancer_intents", "open to the internet", [
        balancer(annotations={f"{AWS}scheme": "internet-facing", f"{AWS}type": "nlb"}),
        service("api", sessionAffinity="ClientIP"),
    ], []),
    Row("load_balancers", "what ELB understands, too", [
        balancer(annotations={f"{AWS}scheme": "internal", f"{AWS}type": "nlb"}),
    ], ["info Service shop/web by adaptation"] * 2),
    Row("load_balancer_ports", "one port for a Service and an Ingress", [
        balancer(), ingress("alb"), ingress("nginx"),
    ], ["blocker port 80 (TCP) of the ELB"]),
    Row("load_balancer_ports", "an Ingress of another port", [balancer(ports=[{"port": 22}]), ingress("alb")], []),
    Row("load_balancer_ports", "one port at two ELBs", [
        balancer(), balancer("shop", {f"{AWS}scheme": "internal"}),
    ], [], answering_balancer),
    Row("load_balancer_ports", "one port twice", [
        balancer(), balancer("shop"),
    ], ["blocker port 80 (TCP) of the ELB"]),
    Row("load_balancer_ports", "different ports and protocols", [
        balancer(), balancer("shop", ports=[{"port": 443}, {"port": 80, "protocol": "UDP"}]),
        service("api", ports=[{"port": 80}]),
    ], []),
    Row("external_ips", "an address of the old network", [service(externalIPs=["192.0.2.7"])], WEB),
    Row("external_ips", "a plain Service", [service()], []),
    Row("ip_families", "two families", [
        service(ipFamilyPolicy="PreferDualStack", ipFamilies=["IPv4", "IPv6"]),
    ], ["warning Service shop/web by adaptation"]),
    Row("ip_families", "a wish that the source does not grant", [
        service(ipFamilyPolicy="PreferDualStack", ipFamilies=["IPv4"]),
    ], []),
    Row("ip_families", "one family", [service(ipFamilyPolicy="SingleStack", ipFamilies=["IPv4"])], []),
    Row("node_ports", "a port of unknown origin", [service(type="NodePort", ports=[PORT])], WEB),
    Row("node_ports", "a port CCE refuses", [
        service(
            annotations={APPLIED: '{"nodePort": 8080}'}, type="NodePort", ports=[{"port": 80, "nodePort": 8080}]
        ),
    ], ["blocker Service shop/web"]),
    Row("node_ports", "a port somebody asked for", [
        service(annotations={APPLIED: '{"nodePort": 30080}'}, type="NodePort", ports=[PORT]),
    ], []),
    Row("node_ports", "a port of a load balancer", [balancer(ports=[PORT])], []),
    Row("manual_endpoints", "no selector", [
        make("v1", "Service", "legacy", spec={"ports": [{"port": 5432}]}),
    ], ["warning Service shop/legacy"]),
    Row("manual_endpoints", "endpoints outside of the cluster", [
        *legacy("10.9.9.9"),
    ], ["warning Endpoints shop/legacy"]),
    Row("manual_endpoints", "an address that becomes a name", [
        *legacy("10.1.0.5"),
    ], ["blocker Endpoints shop/legacy"], moved_to("pg.rds.lab:5432")),
    Row("manual_endpoints", "an address that becomes another", [
        *legacy("10.1.0.5"),
    ], [], moved_to("192.168.0.9:5432")),
    Row("manual_endpoints", "what a controller writes", [
        service(), make("v1", "Endpoints", "web", subsets=[{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]),
    ], []),
    Row("manual_endpoints", "a selector, or another name", [
        service(), make("v1", "Service", "db", spec={"type": "ExternalName", "externalName": "db.example.com"}),
    ], []),
    Row("ingress_classes", "another cloud's", [ingress("alb")], ["info Ingress shop/web by adaptation"]),
    Row("ingress_classes", "another cloud's without ELB", [
        ingress("alb"),
    ], ["blocker Ingress shop/web"], without_balancer),
    Row("ingress_classes", "nginx", [ingress("nginx")], ["warning Ingress shop/web"]),
    Row("ingress_classes", "CCE's own", [ingress("cce")], []),
    Row("ingress_snippets", "nginx configuration", [
        ingress("nginx", {SNIPPET: "return 404;"}),
    ], ["warning Ingress shop/web"]),
    Row("ingress_snippets", "a plain setting", [
        ingress("nginx", {"nginx.ingress.kubernetes.io/proxy-body-size": "8m"}),
    ], []),
    Row("ingress_backends", "a ClusterIP behind an ELB", [
        ingress("alb"), service(type="ClusterIP"),
    ], ["info Service shop/web by adaptation"]),
    Row("ingress_backends", "a headless one behind an ELB", [
        ingress("alb"), service(clusterIP="None"),
    ], ["blocker Service shop/web"]),
    Row("ingress_backends", "a ClusterIP behind a dedicated ELB of CCE Turbo", [
        ingress("alb"), service(type="ClusterIP"),
    ], [], turbo),
    Row("ingress_backends", "everything behind ELB by choice", [
        ingress("nginx"), service(type="ClusterIP"),
    ], ["info Service shop/web by adaptation"], choosing("elb")),
    Row("ingress_intents", "settings without equal", [
        ingress("alb", {f"{ALB}wafv2-acl-arn": "arn", f"{ALB}target-type": "ip", f"{ALB}listen-ports": '[{"HTTP": 80}]'}),
    ], ["warning Ingress shop/web"]),
    Row("ingress_intents", "a login", [
        ingress("nginx", {f"{NGINX}auth-url": "http://sso"}),
    ], ["blocker Ingress shop/web"], choosing("elb")),
    Row("ingress_intents", "allowed addresses", [
        ingress("alb", {f"{ALB}inbound-cidrs": "192.0.2.0/24"}),
    ], ["blocker Ingress shop/web"]),
    Row("ingress_intents", "an answer of the ALB", [
        ingress("alb", {f"{ALB}actions.no": '{"Type": "fixed-response"}'}, to="no", port={"name": "use-annotation"}),
    ], ["warning Ingress shop/web"] * 2),
    Row("ingress_intents", "an inner one with a certificate", [
        ingress("alb", {f"{ALB}scheme": "internal", f"{ALB}certificate-arn": "arn:1"}),
    ], ["warning Ingress shop/web"] * 2),
    Row("ingress_intents", "a certificate for the add-on", [
        ingress("alb", {f"{ALB}certificate-arn": "arn:1", f"{ALB}inbound-cidrs": "192.0.2.0/24"}),
    ], ["warning Ingress shop/web"], choosing("nginx")),
    Row("ingress_intents", "what the definition answers", [
        ingress("alb", {f"{ALB}scheme": "internal", f"{ALB}certificate-arn": "arn:1", f"{ALB}inbound-cidrs": "192.0.2.0/24"}),
    ], [], answering_balancer),
    Row("ingress_intents", "nginx that stays", [ingress("nginx", {f"{NGINX}auth-url": "http://sso"})], []),
    Row("ingress_classes", "all to ELB", [ingress("nginx")], ["info Ingress shop/web by adaptation"], choosing("elb")),
    Row("ingress_classes", "another cloud's to nginx", [ingress("alb")], ["warning Ingress shop/web"], choosing("nginx")),
    Row("node_ports", "a port that is kept", [service(type="NodePort", ports=[PORT])], [], keeping_ports),
    Row("ingress_backends", "a NodePort", [ingress("alb"), service(type="NodePort")], []),
    Row("ingress_backends", "nginx reaches every Service", [ingress("nginx"), service(type="ClusterIP")], []),
    Row("network_policies", "a policy of Calico", [
        make("crd.projectcalico.org/v1", "NetworkPolicy", "deny"),
    ], ["warning NetworkPolicy.crd.projectcalico.org of shop"]),
    Row("network_policies", "plain policies", [
        PLAIN, {**PLAIN, "metadata": {"name": "allow", "namespace": "shop"}},
    ], ["info NetworkPolicies of shop"]),
    Row("network_policies", "none", [service()], []),
    Row("metadata_services", "the metadata address in settings", [
        SETTINGS,
    ], ["warning ConfigMap shop/web key url"]),
    Row("metadata_services", "what goes around a proxy", [
        make("v1", "ConfigMap", "web", data={"NO_PROXY": "10.0.0.0/8,169.254.169.254"}),
    ], []),
    Row("metadata_services", "another address", [environment("10.1.2.3:80")], []),
    Row("cluster_addresses", "the address of a Service", [
        environment("http://10.96.0.9:8080"), service("api", clusterIP="10.96.0.9"),
    ], [f"warning {ENV}"]),
    Row("cluster_addresses", "the address of a node", [environment("10.0.0.7:30080"), NODE], [f"warning {ENV}"]),
    Row("cluster_addresses", "the name of a Service", [
        environment("http://api:8080"), service("api", clusterIP="10.96.0.9"), service("all", clusterIP="None"),
    ], []),
    Row("external_endpoints", "an address nobody moves", [
        environment("jdbc:oracle://erp.example.com:1521/x"),
    ], [f"warning {ENV}"]),
    Row("external_endpoints", "an address that moves", [
        environment("postgres://pg.source.lab:5432/shop"),
    ], [f"info {ENV} by adaptation"]),
    Row("external_endpoints", "a moved address in a Secret", [
        make("v1", "Secret", "db", data={"url": {"sha256": "x", "addresses": ["shop-orders"]}}),
    ], ["info Secret shop/db key url by adaptation"]),
    Row("external_endpoints", "a name for what moves", [
        make("v1", "Service", "db", spec={"type": "ExternalName", "externalName": "pg.source.lab"}),
    ], ["info Service shop/db by adaptation"]),
    Row("external_endpoints", "a name for what does not move", [
        make("v1", "Service", "erp", spec={"type": "ExternalName", "externalName": "erp.example.com"}),
    ], ["warning Service shop/erp"]),
    Row("external_endpoints", "what other rules tell", [
        SETTINGS, environment("10.0.0.7:30080"), NODE,
        make("v1", "Service", "a", spec={"type": "ExternalName", "externalName": "api.warehouse.svc.cluster.local"}),
    ], []),
]  # fmt: skip
