"""Stands in for `-m unittest`: the same command line, our result, and a canary in the same process after the tests."""

import os
import sys

# `-m unittest` has the working folder first on the path; a script has its own folder.
_here = os.path.dirname(os.path.abspath(__file__))
sys.path = [_here] + [one for one in sys.path if os.path.abspath(one or '.') != _here]
import penguin_line
import penguin_whole

sys.path[0] = os.getcwd()
# The real package, even where the project has a file of this name.
_own = sys.path.pop(0)
import random
import traceback
import unittest
import unittest.case
import unittest.main

sys.path.insert(0, _own)
_TestCase = unittest.TestCase
_Failed = AssertionError

report = penguin_line.Report()
whole = penguin_whole.Whole(os.environ.get('PENGUIN_GATE_ROOT', os.getcwd()))


def file_of(test):
    module = sys.modules.get(type(test).__module__)
    return getattr(module, '__file__', None)


def words(test, error):
    kind, value, trace = error
    file = file_of(test)
    frames = traceback.extract_tb(trace)
    own = [one for one in frames if os.sep + 'unittest' + os.sep not in one.filename]
    here = [one for one in own if file and os.path.realpath(one.filename) == os.path.realpath(file)]
    told = ['%s: %s' % (kind.__name__, value)]
    told += ['  at %s:%s in %s' % (penguin_line.relative(one.filename), one.lineno, one.name) for one in own[-4:]]
    return '\n'.join(told), (here[-1].lineno if here else None)


class Result(unittest.TextTestResult):
    def tell(self, test, state, error=None, part=None):
        whole = not isinstance(test, _TestCase) or type(test).__name__ == '_FailedTest'
        name = test.id() if hasattr(test, 'id') else str(test)
        message, line = words(test, error) if error else (None, None)
        report.test(name, state, file_of(test), line, message, whole, part)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.tell(test, 'passed')

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.tell(test, 'failed', err)

    def addError(self, test, err):
        super().addError(test, err)
        self.tell(test, 'failed', err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.tell(test, 'skipped')

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.tell(test, 'skipped')

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        report.test(test.id(), 'failed', file_of(test), None, 'passed although it is marked as an expected failure')

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.tell(test, 'failed', err, subtest._subDescription())


class Canary(_TestCase):
    def test_statement(self):
        value = random.random()
        assert value == value + 1, 'canary'

    def test_raises(self):
        raise _Failed('canary')

    def test_methods(self):
        value = random.random()
        for check in (
            lambda: self.assertEqual(value, value + 1),
            lambda: self.assertNotEqual(value, value),
            lambda: self.assertTrue(value < 0),
            lambda: self.assertFalse(value >= 0),
            lambda: self.assertIn(value, [value + 1]),
            lambda: self.assertIsNone(value),
            lambda: self.assertIs(value, [value]),
            lambda: self.assertListEqual([value], [value + 1]),
            lambda: self.assertDictEqual({'a': value}, {'a': value + 1}),
            lambda: self.assertAlmostEqual(value, value + 1),
            lambda: self.assertGreater(value, value + 1),
            lambda: self.assertRegex('a', 'b'),
            self.nothing_raised,
            lambda: self.fail('canary'),
        ):
            try:
                check()
            except _Failed:
                continue
            return
        self.assertEqual(value, value + 1)

    def nothing_raised(self):
        with self.assertRaises(ValueError):
            pass


def canary(result_class):
    """Runs the canary through the project's idea of unittest, after its tests; every one must be reported as failed."""
    for name in ('test_statement', 'test_raises', 'test_methods'):
        result = unittest.TestResult()
        Canary(name).run(result)
        suite = unittest.TestSuite([Canary(name)])
        again = unittest.TestResult()
        suite.run(again)
        report.canary(name, len(result.failures) == 1 and len(again.failures) == 1 and not result.wasSuccessful())


program = unittest.main.TestProgram if hasattr(unittest.main, 'TestProgram') else unittest.TestProgram
sys.argv[0] = 'python -m unittest'


class Runner(unittest.TextTestRunner):
    resultclass = Result

    def __init__(self, *args, **kwargs):
        kwargs.pop('resultclass', None)
        super().__init__(*args, **kwargs)
        self.resultclass = Result


if __name__ == '__main__':
    ran = program(module=None, testRunner=Runner, exit=False)
    report.odd(whole.odd())
    canary(Result)
    report.end()
    good = ran.result.wasSuccessful()
    sys.exit((0 if ran.result.testsRun > 0 or ran.result.skipped else 5) if good else 1)
