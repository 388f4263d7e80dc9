"""Hold one check a file of what has to be so before anything is touched; a new file is a new check.

A check is a module with one or more of `find_problems(run)`, `find_target_problems(run)` and `find_server_problems(run)`, which
yield lines: place, what is wrong, what to do. The second holds what the target cluster has to be asked, the third what the
target's database servers have to be asked; they wait until these are there.
"""
