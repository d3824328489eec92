"""The Data view: what the network learns from and is tested on."""
