"""What `make run` and `make worker` start: processes, watched over by one."""
