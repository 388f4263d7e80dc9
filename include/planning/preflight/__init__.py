"""Hold one check a file of what has to be so before anything is touched; a new file is a new check.

A check is a module with `find_problems(run)`, `find_target_problems(run)` or both, which yield lines: place, what is wrong,
what to do. The second holds what the target cluster has to be asked; it waits until the cluster is there.
"""
