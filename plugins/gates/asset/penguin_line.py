"""Writes what a Python runner reports, one JSON line each, and seals it.

The last line carries a digest over all lines and a secret, which the first to load this file takes away.
Names are bound at import, so that code under test which patches modules later does not reach them.
"""

import os
from hashlib import sha256
from json import dumps
from os import open as os_open, write as os_write, close as os_close

FILE = os.environ.get('PENGUIN_GATE_REPORT')


def _take():
    # A file and no variable: the environment of a process can be read for as long as it lives.
    try:
        with open('%s.secret' % FILE) as source:
            text = source.read()
        os.unlink('%s.secret' % FILE)
        return text
    except OSError:
        return None


_secret = _take() if FILE else None
_root = os.path.realpath(os.environ.get('PENGUIN_GATE_ROOT', os.getcwd()))


def clip(text, most=4000):
    return text if len(text) <= most else text[:most] + ' …'


def relative(path):
    full = os.path.realpath(path)
    return os.path.relpath(full, _root) if full.startswith(_root + os.sep) else full


class Report:
    def __init__(self):
        self.digest = sha256(('%s\n' % _secret).encode())
        self.out = None
        if _secret:
            try:
                self.out = os_open(FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except OSError:
                self.out = None

    def put(self, value):
        if self.out is None:
            return
        text = (dumps(value) + '\n').encode()
        self.digest.update(text)
        os_write(self.out, text)

    def test(self, name, state, file=None, line=None, message=None, whole=False, part=None):
        value = {'t': 'test', 'name': name, 'state': state}
        if file:
            value['file'] = relative(file)
        if line:
            value['line'] = line
        if message is not None:
            value['message'] = clip(message)
        if whole:
            value['whole'] = True
        if part is not None:
            value['part'] = part
        self.put(value)

    def canary(self, name, failed):
        self.put({'t': 'canary', 'name': name, 'state': 'failed' if failed else 'passed'})

    def odd(self, names):
        for name in names:
            self.put({'t': 'odd', 'name': name})

    def end(self):
        if self.out is None:
            return
        os_write(self.out, (dumps({'t': 'end', 'seal': self.digest.hexdigest()}) + '\n').encode())
        os_close(self.out)
        self.out = None
