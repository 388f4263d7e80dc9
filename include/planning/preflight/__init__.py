"""Hold one check a file of what has to be so before anything is touched; a new file is a new check.

A check is a module with `find_problems(run)` that yields lines: place, what is wrong, what to do.
"""
