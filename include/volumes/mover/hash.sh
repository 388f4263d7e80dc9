# Only hash /volume.
print_tree /volume
