"""Code of the project: loaded with fuel counters, overridden by a candidate's text, or swapped under live functions."""
import ast
import builtins
import gc
import importlib.machinery
import os
import sys
import time
import types


class OutOfFuel(BaseException):
    pass


STATE = {'root': '', 'fuel': False, 'left': float('inf'), 'until': float('inf'), 'spent': 0, 'override': {}, 'codes': {}, 'functions': {}}


def burn():
    STATE['left'] -= 1
    if STATE['left'] < 0 or (STATE['left'] % 4096 == 0 and time.monotonic() > STATE['until']):
        STATE['left'] = min(STATE['left'], 0)
        raise OutOfFuel('out of fuel')


def refill(amount):
    STATE['left'] = amount


builtins.__penguin_fuel__ = burn


class Fueler(ast.NodeTransformer):
    """Puts a call of the counter at the start of every loop and function body; line numbers stay."""

    def burned(self, node):
        self.generic_visit(node)
        first = node.body[0]
        call = ast.Expr(ast.Call(ast.Name('__penguin_fuel__', ast.Load()), [], []))
        for part in ast.walk(call):
            part.lineno = part.end_lineno = first.lineno
            part.col_offset = part.end_col_offset = first.col_offset
        at = 1 if isinstance(first, ast.Expr) and isinstance(getattr(first, 'value', None), ast.Constant) and isinstance(first.value.value, str) and not isinstance(node, (ast.For, ast.While)) else 0
        node.body.insert(at, call)
        return node

    visit_For = visit_While = visit_AsyncFor = visit_FunctionDef = visit_AsyncFunctionDef = burned


def compiled(text, path):
    tree = ast.parse(text, path)
    if STATE['fuel']:
        tree = Fueler().visit(tree)
    return compile(tree, path, 'exec', dont_inherit=True)


def ours(path):
    inside = path.startswith(STATE['root'] + os.sep)
    return inside and not any(part in ('site-packages', 'node_modules', '.venv', 'venv') for part in path.split(os.sep))


def install(root):
    """From now on modules of the project are compiled here: nothing is read from or written to caches."""
    STATE['root'] = root
    original = importlib.machinery.SourceFileLoader.get_code

    def get_code(self, fullname):
        path = os.path.realpath(self.path)
        if not ours(path):
            return original(self, fullname)
        text = STATE['override'].get(path)
        if text is None:
            text = importlib.util.decode_source(self.get_data(self.path))
        STATE['codes'][path] = compiled(text, path)
        return STATE['codes'][path]

    importlib.machinery.SourceFileLoader.get_code = get_code


def fueled():
    STATE['fuel'] = True


def override(path, text):
    STATE['override'][path] = text


def children(code):
    return [const for const in code.co_consts if isinstance(const, types.CodeType)]


def shallow(code):
    plain = tuple((type(const), repr(const)) for const in code.co_consts if not isinstance(const, types.CodeType))
    return (code.co_name, code.co_code, plain, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_flags, code.co_argcount, code.co_kwonlyargcount)


def is_function(code):
    return bool(code.co_flags & 0x2)  # CO_NEWLOCALS: a function, not a module or a class body


def differs(old, new):
    """Does anything differ, this code or any inside it?"""
    if shallow(old) != shallow(new):
        return True
    a, b = children(old), children(new)
    return len(a) != len(b) or any(differs(x, y) for x, y in zip(a, b))


def pair(old, new, found):
    """Notes old code → new code for functions that differ; False where the change is outside of functions."""
    if is_function(old):
        if differs(old, new):
            found[old] = new
            a, b = children(old), children(new)
            if len(a) == len(b):
                for x, y in zip(a, b):
                    if x.co_name == y.co_name and is_function(x):
                        pair(x, y, found)
        return True
    if shallow(old) != shallow(new):
        return False
    a, b = children(old), children(new)
    return len(a) == len(b) and all(x.co_name == y.co_name and pair(x, y, found) for x, y in zip(a, b))


def find_functions():
    """Every live function of the project by its code object."""
    by_code = {}
    for found in gc.get_objects():
        if type(found) is types.FunctionType and found.__code__.co_filename in STATE['codes']:
            by_code.setdefault(id(found.__code__), []).append(found)
    STATE['functions'] = by_code
    gc.freeze()


def changes(path, text):
    """What a candidate changes: a function that makes the change in this process, or None when the project must be loaded anew."""
    old = STATE['codes'].get(path)
    if old is None:
        return None
    new = compiled(text, path)
    found = {}
    if not pair(old, new, found):
        return lambda: replace_module(path, new)
    swaps = []
    for before, after in found.items():
        for function in STATE['functions'].get(id(before), []):
            if after.co_freevars != before.co_freevars:
                return None
            swaps.append((function, after))
    return lambda: [setattr(function, '__code__', code) for function, code in swaps]


def replace_module(path, code):
    """Runs the module anew and moves what came out of it under the old names, functions and classes."""
    for module in [one for one in list(sys.modules.values()) if getattr(one, '__file__', None) and os.path.realpath(one.__file__) == path]:
        names = {key: value for key, value in vars(module).items() if key.startswith('__')}
        exec(code, names)
        for key, new in names.items():
            if not key.startswith('__'):
                move(module, key, vars(module).get(key), new)


def move(module, key, old, new):
    if isinstance(old, types.FunctionType) and isinstance(new, types.FunctionType):
        renew(old, new)
    elif isinstance(old, type) and isinstance(new, type) and old.__module__ == module.__name__:
        for name, value in list(vars(new).items()):
            if name not in ('__dict__', '__weakref__', '__doc__', '__module__'):
                move_member(old, name, vars(old).get(name), value)
    elif old is not new:
        for other in list(sys.modules.values()):
            if other is not None and getattr(other, '__dict__', {}).get(key) is old and old is not None:
                setattr(other, key, new)
        setattr(module, key, new)


def move_member(owner, name, old, new):
    inner = [getattr(value, '__func__', None) or getattr(value, 'fget', None) or value for value in (old, new)]
    if all(isinstance(value, types.FunctionType) for value in inner):
        renew(*inner)
    else:
        try:
            setattr(owner, name, new)
        except (AttributeError, TypeError):
            pass


def renew(old, new):
    if old.__code__.co_freevars == new.__code__.co_freevars:
        old.__code__ = new.__code__
    old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__
