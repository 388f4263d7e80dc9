"""Jenkins, on OpenStack: Traefik, Cinder disks, agents described in a ConfigMap."""

from __future__ import annotations

from tests.applications.application import Application


def build() -> Application:
    """Return Jenkins."""
    app = Application("jenkins", registry="docker.io", storage_class="cinder")
    app.database("jenkins", "jenkins/jenkins:2.492-lts", 8080, "8Gi")
    app.rights("jenkins")
    app.config(
        "jcasc",
        **{
            "agents.yaml": "templates:\n- image: docker.io/jenkins/inbound-agent:3283\n  nodeSelector: pool=ci"
        },
    )
    app.balancer("agents", 50000, annotations={
        "service.beta.kubernetes.io/openstack-internal-load-balancer": "true",
        "loadbalancer.openstack.org/timeout-client-data": "3600000", "loadbalancer.openstack.org/x-forwarded-for": "false",
    })  # fmt: skip
    app.ingress(
        "jenkins",
        "ci.example.com",
        "jenkins",
        8080,
        class_name="traefik",
        annotations={"traefik.ingress.kubernetes.io/router.middlewares": "ci-auth@kubernetescrd"},
    )
    app.component(
        "sonarqube",
        "library/sonarqube:10.7",
        9000,
        replicas=1,
        env={"JDBC": "jdbc:postgresql://pg.source.lab/sonar"},
    )
    app.component("nexus", "sonatype/nexus3:3.75", 8081, replicas=1)
    app.cron("backup", "library/alpine:3.20", "0 3 * * *", nodeName="node-7")
    return app
