"""The commands of the services, a module each; none imports a server, a database or gRPC before it runs."""
