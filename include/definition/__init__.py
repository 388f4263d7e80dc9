"""Describe a migration in YAML: what moves, from where, to where, and how it is checked."""

from __future__ import annotations

from include.definition.adaptation import Adaptation, PatchOperation, UserRule
from include.definition.checks import Check, HttpCheck, JobCheck, JsonValue, Latency, SqlCheck, TcpCheck
from include.definition.data import Bucket, BucketEnd, Database, MovedAddress
from include.definition.data import Volumes as VolumeSettings
from include.definition.hooks import Hook
from include.definition.images import CustomImage, ImageName, Images, ImageTarget
from include.definition.load_balancer import LoadBalancer, NewLoadBalancer
from include.definition.loading import load_definition
from include.definition.model import Definition, Retirement, Waived
from include.definition.people import EVENT_KINDS, Approvals, EventKind, Notification
from include.definition.places import Source, Target
from include.definition.rds import NewInstance, RdsInstance
from include.definition.rehearsal import Rehearsal, ScratchServer
from include.definition.target_cluster import NewCluster, NewNodes, TargetCluster
from include.definition.traffic import Cutover, Dns, Elb, ElbListener, FrontDoor, Probe
from include.definition.velero import Toleration, Velero, VeleroImages, VeleroServer
from include.definition.volume_choices import HostPath, Snapshots

__all__ = [
    "EVENT_KINDS",
    "Adaptation",
    "Approvals",
    "Bucket",
    "BucketEnd",
    "Check",
    "CustomImage",
    "Cutover",
    "Database",
    "Definition",
    "Dns",
    "Elb",
    "ElbListener",
    "EventKind",
    "FrontDoor",
    "Hook",
    "HostPath",
    "HttpCheck",
    "ImageName",
    "ImageTarget",
    "Images",
    "JobCheck",
    "JsonValue",
    "Latency",
    "LoadBalancer",
    "MovedAddress",
    "NewCluster",
    "NewInstance",
    "NewLoadBalancer",
    "NewNodes",
    "Notification",
    "PatchOperation",
    "Probe",
    "RdsInstance",
    "Rehearsal",
    "Retirement",
    "ScratchServer",
    "Snapshots",
    "Source",
    "SqlCheck",
    "Target",
    "TargetCluster",
    "TcpCheck",
    "Toleration",
    "UserRule",
    "Velero",
    "VeleroImages",
    "VeleroServer",
    "VolumeSettings",
    "Waived",
    "load_definition",
]
