"""The offline shell: one module per DVC stage, same name; each reads files, calls the core, writes files."""
