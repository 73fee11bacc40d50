"""Tells what was put in the place of assertions, of the runner or of built-in names while tests ran.

Names only: whether it was so at the start of a run as well is for the gate to compare. Loaded before any code of the
project, and bound then, so that what is replaced later does not reach it.
"""

import builtins
import gc
import importlib.machinery
import math
import operator
import os
import random
import sys
import types
import unittest
import unittest.case
import unittest.loader
import unittest.result
import unittest.runner
import unittest.suite

_functions = (types.FunctionType, types.BuiltinFunctionType, classmethod, staticmethod, property, type)
_spoken = {'print', 'open', 'input', 'exit', 'quit', 'help', 'copyright', 'credits', 'license', '_', '__import__', 'breakpoint'}
_isinstance, _type, _getattr, _all, _vars, _set, _str, _len = isinstance, type, getattr, all, vars, set, str, len


def _parts(owner, label):
    """Functions of a module or class, and of the classes that a module defines."""
    for key, value in list(_vars(owner).items()):
        if not _isinstance(value, _functions):
            continue
        yield owner, key, label + '.' + key, value
        if _isinstance(value, _type) and value.__module__ == _getattr(owner, '__name__', None):
            for name, inner in list(_vars(value).items()):
                if _isinstance(inner, _functions):
                    yield value, name, label + '.' + key + '.' + name, inner


class Whole:
    def __init__(self, root, *more):
        self.root = os.path.realpath(root) + os.sep
        owners = [unittest.case, unittest.suite, unittest.loader, unittest.result, unittest.runner, unittest, *more]
        self.kept = [part for owner in owners for part in _parts(owner, owner.__name__)]
        self.kept += [part for part in _parts(builtins, 'builtins') if part[1] not in _spoken]
        self.kept += [(math, 'isclose', 'math.isclose', math.isclose), (operator, 'eq', 'operator.eq', operator.eq)]
        self.missing = object()

    def replaced(self):
        return sorted({name for owner, key, name, value in self.kept if _vars(owner).get(key, self.missing) is not value})

    def odd(self):
        return ['%s was replaced' % name for name in self.replaced()] + self.equal() + self.shadows()

    def inside(self, path):
        full = os.path.realpath(path) if path else ''
        return full.startswith(self.root) and not any(one in full for one in ('/site-packages/', '/dist-packages/', '/.penguin-gate-', '/lib/python'))

    def equal(self):
        """Classes of the project whose instances equal whatever they are compared with."""
        found = _set()
        for one in gc.get_objects():
            if not _isinstance(one, _type):
                continue
            method = one.__dict__.get('__eq__')
            code = _getattr(method, '__code__', None)
            if code is not None and self.inside(code.co_filename) and _equals_all(one, method, code):
                found.add('%s of %s equals everything' % (one.__qualname__, os.path.relpath(os.path.realpath(code.co_filename), self.root)))
        return sorted(found)

    def registered(self, plugins):
        """Objects of the project that take part in the run itself."""
        found = _set()
        for one in plugins:
            kind = _type(one)
            file = _getattr(sys.modules.get(kind.__module__), '__file__', None)
            if not _isinstance(one, types.ModuleType) and self.inside(file):
                found.add('%s of %s was registered with the runner' % (kind.__qualname__, os.path.relpath(os.path.realpath(file), self.root)))
        return sorted(found)

    def shadows(self):
        """Modules of the project that stand where an installed one or one of Python's own would."""
        outside = [one for one in sys.path if not self.inside(os.path.join(one or os.getcwd(), 'x'))]
        found = []
        for name, module in list(sys.modules.items()):
            if '.' in name or name.startswith('__') or not self.inside(_getattr(module, '__file__', None)):
                continue
            if name in _getattr(sys, 'stdlib_module_names', ()) or _spec(name, outside) is not None:
                found.append('%s stands in for the installed module' % name)
        return sorted(found)


def _spec(name, paths):
    try:
        return importlib.machinery.PathFinder.find_spec(name, paths)
    except Exception:
        return None


class _Probe:
    def __init__(self):
        self.value = random.random()


# An instance that was never filled equals much by comparing field by field: such a method says nothing.
_fields = {'__dict__', '__slots__', 'vars', 'fields', 'getattr', 'astuple', 'asdict', '__class__'}


def _equals_all(kind, method, code):
    if _fields & _set(code.co_names):
        return False
    try:
        blank = kind.__new__(kind)
        return _all(method(blank, probe) is True for probe in (random.random(), _str(random.random()), [random.random()], None, _Probe()))
    except Exception:
        return False
