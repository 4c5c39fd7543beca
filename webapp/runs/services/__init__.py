"""All writes of runs. Services never import tasks: what is to be sent is sent by name, on commit."""
