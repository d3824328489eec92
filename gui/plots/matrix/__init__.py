"""The Matrix view: the weights of a layer, one by one."""
