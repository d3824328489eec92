"""Exports that are one Python file: what they share.

A target of this kind has a template that begins with ``{% extends "script.py.jinja" %}`` and fills these blocks:

- ``imports``: its import lines after the standard library's (``import numpy as np`` among them);
- ``network``: the weights and a function ``outputs(x)`` from prepared inputs, (rows, inputs) float32 as NumPy array, to
  the network's outputs, (rows, outputs) as NumPy array;
- ``more``: anything between the network and the command line, by default nothing.

Around these the file gets ``prepare(rows)``, ``answer(rows)`` (the numbers of ``Answers.numbers``), ``predict(rows)``
(labels, or numbers in the user's units) and a command line that reads a CSV. ``render(template, project, stem, **more)``
gives the text, and ``run_module(path, rows)`` is the ``Target.run`` of them all.
"""
