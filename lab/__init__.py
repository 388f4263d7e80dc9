"""The lab: a source IDC and a stand-in cloud made of real parts, on one machine and without a container engine."""
