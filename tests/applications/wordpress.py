"""WordPress with MariaDB, on EKS: an ALB, an EFS share for uploads, gp2 disks."""

from __future__ import annotations

from tests.applications.application import Application

ALB = "alb.ingress.kubernetes.io/"


def build() -> Application:
    """Return WordPress."""
    app = Application("wordpress", registry="docker.io", storage_class="gp2")
    app.database("mariadb", "bitnami/mariadb:11.4", 3306, "8Gi", replicas=2)
    app.claim("uploads", "5Gi", "efs-sc", "ReadWriteMany")
    app.claim("themes", "1Gi")
    app.component(
        "wordpress",
        "bitnami/wordpress:6.7",
        8080,
        replicas=3,
        claims=["uploads"],
        env={"WORDPRESS_DATABASE_HOST": "mariadb", "SMTP_HOST": "smtp.example.com"},
    )
    app.component("theme-builder", "library/node:22", replicas=1, claims=["themes"])
    app.scaler("wordpress", 6)
    app.cron(
        "wp-cron",
        "bitnami/wordpress:6.7",
        "*/10 * * * *",
        nodeSelector={"eks.amazonaws.com/nodegroup": "batch"},
    )
    app.secret("wordpress-salts", auth="x", nonce="y")
    app.ingress(
        "wordpress", "blog.example.com", "wordpress", 8080, class_name="alb", path="/*", path_type="ImplementationSpecific",
        annotations={
            f"{ALB}scheme": "internet-facing", f"{ALB}target-type": "ip", f"{ALB}ssl-redirect": "443",
            f"{ALB}listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]', f"{ALB}certificate-arn": "arn:aws:acm:1:certificate/blog",
            f"{ALB}healthcheck-path": "/wp-login.php",
        },
    )  # fmt: skip
    return app
