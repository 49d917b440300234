"""Running the services: one in this process, or each in a process of its own; and examining a set-up."""
