"""Online shells over the core: one package per gRPC service (catalog, renderer, trainer, inference, scorer) and their kit.

A service holds wiring, a servicer and the conversion between wire and core types; what it computes it asks of taiyi.
Services import taiyi and services.kit, never each other and never pipelines.
"""
