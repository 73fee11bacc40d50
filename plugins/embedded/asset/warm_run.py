"""Collecting and running tests of pytest or unittest in this process, one by one, with what each of them ran."""
import os
import sys
import threading
import time
import traceback
import unittest


def prepare(job):
    """Before anything is collected: the path as the project's own command would have it."""
    if job['cwdOnPath']:
        sys.path.insert(0, job['cwd'])
    for entry in reversed(job.get('paths', [])):
        sys.path.insert(0, entry)
    if job['runner'] == 'pytest':
        import pytest  # noqa: F401


def frames_of(tb, root):
    found = [(os.path.realpath(frame.filename), frame.lineno) for frame in traceback.extract_tb(tb)] if tb else []
    return [{'file': file, 'line': line} for file, line in reversed(found) if file.startswith(root + os.sep) and 'site-packages' not in file][:20]


class Cover:
    """Lines of the project that run, by test."""

    def __init__(self, code):
        self.ours = code.ours
        self.current = set()
        self.known = {}

    def local(self, frame, event, arg):
        if event == 'line':
            self.current.add((frame.f_code.co_filename, frame.f_lineno))
        return self.local

    def trace(self, frame, event, arg):
        name = frame.f_code.co_filename
        mine = self.known.get(name)
        if mine is None:
            mine = self.known[name] = self.ours(name)
        return self.local if mine else None

    def start(self):
        self.current = set()
        threading.settrace(self.trace)
        sys.settrace(self.trace)

    def stop(self):
        sys.settrace(None)
        threading.settrace(None)
        return self.current


def let_go(item):
    """What reports leave behind for the end of `tmp_path`: without reports it must be there all the same."""
    try:
        from _pytest.tmpdir import tmppath_result_key
    except ImportError:
        return
    item.stash.setdefault(tmppath_result_key, {})


class PytestSuite:
    """Collected items. `told` asks for whole reports (slow), `careful` names tests that need them; without it only pass or fail is learnt."""

    def __init__(self, session, root, code):
        self.items = {item.nodeid: item for item in session.items}
        self.root, self.code, self.told, self.careful = root, code, False, frozenset()

    def ids(self):
        return [(nodeid, os.path.realpath(str(item.fspath))) for nodeid, item in self.items.items()]

    def run(self, ids, fuel):
        items = [self.items.get(one) for one in ids]
        for at, item in enumerate(items):
            if item is None:
                yield {'id': ids[at], 'ok': False, 'message': 'the test is gone'}
                continue
            after = next((one for one in items[at + 1:] if one is not None), None)
            self.code.refill(fuel)
            started = time.perf_counter()
            try:
                row = self.whole(item, after) if self.told or ids[at] in self.careful or item.get_closest_marker('xfail') else self.quick(item, after)
            except self.code.OutOfFuel:
                row = {'ok': False, 'late': True, 'message': 'out of fuel'}
            row.update(id=ids[at], ms=(time.perf_counter() - started) * 1000)
            yield row
            if row.get('late'):
                return

    def whole(self, item, after):
        from _pytest.runner import runtestprotocol

        return self.row(item.nodeid, runtestprotocol(item, log=False, nextitem=after), 0)

    def quick(self, item, after):
        """The protocol without reports: what makes them costs more than most tests."""
        from _pytest.outcomes import Skipped

        hook = item.ihook
        if hasattr(item, '_request') and not item._request:
            item._initrequest()
        let_go(item)
        row = {'ok': True}
        try:
            hook.pytest_runtest_setup(item=item)
            hook.pytest_runtest_call(item=item)
        except Skipped:
            pass
        except (Exception, self.code.OutOfFuel, SystemExit) as error:
            row = {'ok': False, 'message': '%s: %s' % (type(error).__name__, str(error)[:300]), 'late': isinstance(error, self.code.OutOfFuel)}
        except BaseException as error:  # pytest.fail and pytest.exit are no Exceptions
            row = {'ok': False, 'message': repr(error)[:300]}
        self.code.refill(float('inf'))
        try:
            hook.pytest_runtest_teardown(item=item, nextitem=after)
        except BaseException as error:
            row = {'ok': False, 'message': repr(error)[:300]}
        return row

    def row(self, nodeid, reports, ms):
        bad = next((report for report in reports if report.failed), None)
        row = {'id': nodeid, 'ok': bad is None, 'ms': ms, 'skipped': any(report.skipped and not hasattr(report, 'wasxfail') for report in reports)}
        if bad is not None:
            text = str(bad.longrepr)
            crash = getattr(getattr(bad.longrepr, 'reprcrash', None), 'message', None)
            row['message'] = (crash or text)[:1500]
            row['frames'] = self.frames(bad)
            row['late'] = 'OutOfFuel' in text
        return row

    def frames(self, report):
        entries = getattr(getattr(report.longrepr, 'reprtraceback', None), 'reprentries', [])
        found = []
        for entry in reversed(entries):
            place = getattr(entry, 'reprfileloc', None)
            if place is not None:
                path = os.path.realpath(os.path.join(os.getcwd(), place.path))
                if path.startswith(self.root + os.sep):
                    found.append({'file': path, 'line': place.lineno})
        return found[:20]


class Result(unittest.TestResult):
    def __init__(self, suite):
        super().__init__()
        self.suite, self.rows, self.began = suite, {}, 0.0

    def startTest(self, test):
        super().startTest(test)
        self.suite.code.refill(self.suite.fuel)
        self.began = time.perf_counter()
        self.suite.on_start(test.id())

    def stopTest(self, test):
        super().stopTest(test)
        row = self.rows.setdefault(test.id(), {'id': test.id(), 'ok': True})
        row['ms'] = (time.perf_counter() - self.began) * 1000
        self.suite.on_stop(row)

    def bad(self, test, error):
        kind, value, tb = error
        # Not by attribute: a test may itself be called test_case.
        owner = test.test_case if isinstance(test, unittest.case._SubTest) else test
        self.rows[owner.id()] = {'id': owner.id(), 'ok': False, 'message': '%s: %s' % (kind.__name__, str(value)[:1400]), 'frames': frames_of(tb, self.suite.root), 'late': kind is self.suite.code.OutOfFuel}

    def addError(self, test, err):
        self.bad(test, err)

    def addFailure(self, test, err):
        self.bad(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.bad(test, err)

    def addSkip(self, test, reason):
        self.rows[test.id()] = {'id': test.id(), 'ok': True, 'skipped': True}

    def addUnexpectedSuccess(self, test):
        self.rows[test.id()] = {'id': test.id(), 'ok': False, 'message': 'succeeded although it was expected to fail'}


class UnittestSuite:
    def __init__(self, suite, root, code):
        self.tests, self.root, self.code, self.fuel = {}, root, code, float('inf')
        self.on_start = lambda name: None
        self.on_stop = lambda row: None
        for test in self.flat(suite):
            self.tests[test.id()] = test

    def flat(self, suite):
        for one in suite:
            if isinstance(one, unittest.TestSuite):
                yield from self.flat(one)
            else:
                yield one

    def ids(self):
        return [(name, self.file(test)) for name, test in self.tests.items()]

    def file(self, test):
        module = sys.modules.get(type(test).__module__)
        return os.path.realpath(getattr(module, '__file__', None) or self.root)

    def run(self, ids, fuel):
        self.fuel = fuel
        for one in ids:
            test = self.tests.get(one)
            if test is None:
                yield {'id': one, 'ok': False, 'message': 'the test is gone'}
                continue
            result = Result(self)
            try:
                unittest.TestSuite([test]).run(result)
            except self.code.OutOfFuel:
                yield {'id': one, 'ok': False, 'late': True, 'message': 'out of fuel'}
                return
            row = result.rows.get(one) or next(iter(result.rows.values()), {'ok': False, 'message': 'the test did not run'})
            yield dict(row, id=one)


PYTEST_FLAGS = ['-q', '-s', '-p', 'no:cacheprovider', '-p', 'no:randomly', '-p', 'no:xdist', '--continue-on-collection-errors']


def with_suite(job, files, use):
    """Collects the tests (of the files only, where any are named) and hands the suite to `use`."""
    code = sys.modules['_penguin_warm_code']
    if job['runner'] == 'pytest':
        with_pytest(job, files, use, code)
    else:
        with_unittest(job, files, use, code)


def with_pytest(job, files, use, code):
    import pytest

    used = []

    class Hand:
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtestloop(self, session):
            used.append(True)
            suite = PytestSuite(session, job['root'], code)
            suite.broken = session.testsfailed
            use(suite)
            return True

    chosen = sorted(set(files)) or job['targets']
    for extra in ([], ['-o', 'addopts=']):
        pytest.main(PYTEST_FLAGS + extra + job['flags'] + chosen, plugins=[Hand()])
        if used:
            return
    raise RuntimeError('pytest could not collect the tests')


def with_unittest(job, files, use, code):
    class Hand:
        def run(self, suite):
            use(UnittestSuite(suite, job['root'], code))
            return unittest.TestResult()

    unittest.TestProgram(module=None, argv=['python -m unittest'] + job['targets'], testRunner=Hand(), exit=False)


def baseline(job, emit, code):
    """Every test once, with the lines that it runs; then what can be imported beforehand next time."""
    # A loop that is still going after so many seconds is taken for an endless one.
    endless = 5
    before = set(sys.modules)
    cover = Cover(code)
    marks, numbers = [], {}

    def number(line):
        if line not in numbers:
            numbers[line] = len(marks)
            marks.append({'file': line[0], 'line': line[1]})
        return numbers[line]

    def all_tests(suite):
        suite.told = True
        loaded = cover.stop()
        files = dict(suite.ids())
        for name in files:
            cover.start()
            code.STATE['until'] = time.monotonic() + endless
            for row in suite.run([name], 1 << 40):
                hits = cover.stop()
                spent = 0 if row.get('late') else int((1 << 40) - code.STATE['left'])
                emit(dict(row, file=files[name], hits=[number(line) for line in loaded | hits], fuel=spent))
        code.STATE['until'] = float('inf')

    code.fueled()
    cover.start()
    with_suite(job, [], all_tests)
    cover.stop()
    names = [name for name in sys.modules if name not in before and not name.startswith(('_penguin', 'test'))]
    outside = [name for name in names if not code.ours(os.path.realpath(getattr(sys.modules[name], '__file__', None) or '/')) and '.' not in name]
    emit({'modules': outside, 'marks': marks})
