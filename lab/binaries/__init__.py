"""The engines that no package index carries, built from their Go modules and kept for the next lab."""
