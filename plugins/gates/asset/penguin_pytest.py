"""Plugin for pytest: writes what it reports, and runs a canary in the same session after the tests.

The canary goes through the project's own hooks, so a hook that drops or turns failures is found out; the exit code and
the printed summary stay those of the project's own tests.
"""

import os
import pathlib
import random
import unittest

import _pytest.nodes
import _pytest.outcomes
import _pytest.python
import _pytest.reports
import _pytest.runner
import _pytest.skipping
import _pytest.unittest
import penguin_line
import penguin_whole
import pytest

_Failed = AssertionError
_fail = pytest.fail.Exception
report = penguin_line.Report()
mark = 'penguin_canary_'
_inner = (_pytest.nodes, _pytest.outcomes, _pytest.python, _pytest.reports, _pytest.runner, _pytest.skipping, _pytest.unittest)
whole = penguin_whole.Whole(os.environ.get('PENGUIN_GATE_ROOT', os.getcwd()), pytest, *_inner)


def statement():
    value = random.random()
    assert value == value + 1, 'canary'


def raises():
    raise _Failed('canary')


def helpers():
    value = random.random()
    case = unittest.TestCase()

    def nothing_raised():
        with pytest.raises(ValueError):
            pass

    def approximately():
        if not value == pytest.approx(value + 1):
            raise _Failed('canary')

    for check in (
        nothing_raised,
        approximately,
        lambda: pytest.fail('canary'),
        lambda: case.assertEqual(value, value + 1),
        lambda: case.assertTrue(value < 0),
        lambda: case.assertIn(value, [value + 1]),
        lambda: case.fail('canary'),
    ):
        try:
            check()
        except (_Failed, _fail):
            continue
        return
    pytest.fail('canary')


canaries = {'statement': statement, 'raises': raises, 'helpers': helpers}


class Plugin:
    def __init__(self):
        self.seen = {}
        self.codes = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        functions = [getattr(item, 'function', None) for item in session.items]
        self.codes = [(one, one.__code__) for one in functions if hasattr(one, '__code__')]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        if mark in report.nodeid:
            self.seen.setdefault(report.nodeid, {})[report.when] = report.outcome
            return
        self.keep(report)

    def keep(self, one):
        # A failing set-up or tear-down counts as a failure of its own; a passing one is silent.
        if one.when != 'call' and one.outcome == 'passed':
            return
        state = one.outcome
        if hasattr(one, 'wasxfail'):
            state = 'skipped' if one.outcome == 'skipped' else one.outcome
        name = one.nodeid if one.when in ('call', 'setup') else '%s (%s)' % (one.nodeid, one.when)
        sub = getattr(one, 'context', None)
        if sub is not None and state != 'failed':
            return
        part = None if sub is None else '%s %s' % (getattr(sub, 'msg', None) or '', dict(getattr(sub, 'kwargs', None) or {}) or '')
        file, line = place(one)
        report.test(name, state, file, line, message(one) if state == 'failed' else None, False, part)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report):
        if report.outcome == 'failed':
            globals()['report'].test(report.nodeid or 'collection', 'failed', report.nodeid or None, None, message(report), True)
        elif report.outcome == 'skipped':
            globals()['report'].test(report.nodeid, 'skipped', report.nodeid, None, None, True)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session):
        yield
        if not session.config.option.collectonly:
            report.odd(whole.odd())
            report.odd(whole.registered(session.config.pluginmanager.get_plugins()))
            report.odd(sorted({'%s was replaced' % one.__qualname__ for one, code in self.codes if one.__code__ is not code}))
            self.chirp(session)

    def chirp(self, session):
        manager = session.config.pluginmanager
        printer = manager.get_plugin('terminalreporter')
        kept = (session.testsfailed, session.shouldfail, session.shouldstop)
        if printer is not None:
            manager.unregister(printer)
        try:
            for name, call in canaries.items():
                self.one(session, name, call)
        finally:
            if printer is not None:
                manager.register(printer, 'terminalreporter')
            session.testsfailed, session.shouldfail, session.shouldstop = kept

    def one(self, session, name, call):
        session.shouldfail = session.shouldstop = False
        failed = False
        try:
            item = made(session, mark + name, call)
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            phases = self.seen.get(item.nodeid, {})
            # A fixture of the project's that applies to every test may itself fail: that is a reported failure too.
            failed = phases.get('call') == 'failed' or ('call' not in phases and phases.get('setup') == 'failed')
        except Exception:
            failed = False
        report.canary(name, failed)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config):
        report.end()


def made(session, name, call):
    """A function as pytest makes them where that can be had, so that hooks on functions see it; else a plain item."""
    if call is raises:
        try:
            return pytest.Function.from_parent(session, name=name, callobj=call)
        except Exception:
            pass
    return Item.from_parent(session, name=name, call=call)


class Item(pytest.Item):
    def __init__(self, *, call, **rest):
        super().__init__(**rest)
        self.call = call

    def runtest(self):
        self.call()

    def reportinfo(self):
        return self.path, 0, self.name


def place(one):
    file = one.location[0] if one.location else None
    line = None
    crash = getattr(getattr(one, 'longrepr', None), 'reprcrash', None)
    if crash is not None and file and os.path.basename(crash.path) == os.path.basename(file):
        line = crash.lineno
    elif one.location and one.location[1] is not None:
        line = one.location[1] + 1
    return file, line


def message(one):
    crash = getattr(one.longrepr, 'reprcrash', None)
    if crash is None:
        return str(getattr(one, 'longreprtext', one.longrepr))[-3000:]
    told = [str(crash.message)]
    entries = getattr(getattr(one.longrepr, 'reprtraceback', None), 'reprentries', [])
    for entry in entries[-4:]:
        where = getattr(entry, 'reprfileloc', None)
        if where is not None:
            told.append('  at %s:%s %s' % (where.path, where.lineno, where.message))
    return '\n'.join(told)


plugin = Plugin()


# The canaries fail, and the tests of a run of ours are not the user's last run: what pytest keeps of it stays with us.
def keep_apart(config):
    cache = getattr(config, 'cache', None)
    if hasattr(cache, '_cachedir') and 'PENGUIN_GATE_DIR' in os.environ:
        cache._cachedir = pathlib.Path(os.environ['PENGUIN_GATE_DIR'], 'pytest-cache')


def pytest_configure(config):
    keep_apart(config)
    if not config.pluginmanager.has_plugin('penguin-gate'):
        config.pluginmanager.register(plugin, 'penguin-gate')


# One process, so that the canary shares it with the tests: pytest-xdist is told to stay at home. It decides in this
# very hook, before `pytest_configure`, and a wrapper comes before it.
@pytest.hookimpl(hookwrapper=True)
def pytest_cmdline_main(config):
    if getattr(config.option, 'numprocesses', None) is not None:
        config.option.numprocesses = 0
    if getattr(config.option, 'dist', 'no') != 'no':
        config.option.dist = 'no'
        config.option.tx = []
    yield
