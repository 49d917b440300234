"""The model: chat form, packing, pre-training, fine-tuning, generation. The only package that may import torch."""
