"""Keeps the lab's programs running, and finds every one of them again, also after a crash."""
