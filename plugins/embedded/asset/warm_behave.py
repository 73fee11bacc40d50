"""How a Python function behaves: its arguments are kept while tests run, more are made from them, and every version of
the function is called with all of them."""
import copy
import os
import random
import sys

MOST_CALLS, MOST_INPUTS = 40, 160


def describe(value, depth=5):
    """A text that is the same for equal values, without addresses."""
    if depth == 0:
        return '…'
    if value is None or isinstance(value, (bool, int, float, str, bytes, complex)):
        return repr(value)[:2000]
    if isinstance(value, dict):
        return '{%s}' % ', '.join('%s: %s' % (describe(key, depth - 1), describe(one, depth - 1)) for key, one in list(value.items())[:200])
    if isinstance(value, (set, frozenset)):
        return 'set(%s)' % ', '.join(sorted(describe(one, depth - 1) for one in list(value)[:200]))
    if isinstance(value, (list, tuple)):
        return '%s[%s]' % (type(value).__name__, ', '.join(describe(one, depth - 1) for one in value[:200]))
    if hasattr(value, '__next__'):
        return 'iterator[%s]' % ', '.join(describe(one, depth - 1) for one, _ in zip(value, range(50)))
    fields = getattr(value, '__dict__', None)
    if fields is not None:
        return '%s(%s)' % (type(value).__name__, ', '.join('%s=%s' % (key, describe(one, depth - 1)) for key, one in sorted(fields.items())))
    text = repr(value)
    return type(value).__name__ if ' at 0x' in text else text[:500]


class Laws:
    """What values seen at one place have in common."""

    def __init__(self, values):
        numbers = [one for one in values if isinstance(one, (int, float)) and not isinstance(one, bool)]
        self.whole = all(isinstance(one, int) for one in numbers)
        self.positive = all(one >= 0 for one in numbers)
        self.non_zero = all(one != 0 for one in numbers)
        self.letters = sorted({letter for one in values if isinstance(one, str) for letter in one}) or ['a']
        self.empty = any(one in ('', [], (), {}) for one in values if isinstance(one, (str, list, tuple, dict)))
        lists = [one for one in values if isinstance(one, (list, tuple))]
        self.items = [item for one in lists for item in one]
        try:
            self.sorted = bool(lists) and all(list(one) == sorted(one) for one in lists)
        except TypeError:
            self.sorted = False


def mutate(value, laws, dice):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return number(value, laws, dice)
    if isinstance(value, str):
        made = text(value, laws, dice)
        return made if made or laws.empty else value
    if isinstance(value, (list, tuple)):
        made = items(list(value), laws, dice)
        return type(value)(made) if (made or laws.empty) and type(value) in (list, tuple) else value
    if isinstance(value, dict) and value:
        key = dice.choice(sorted(value, key=repr))
        return dict(value, **{key: mutate(value[key], Laws([value[key]]), dice)}) if isinstance(key, str) else value
    return value


def number(value, laws, dice):
    made = value + dice.choice([1, -1, 2, -2, value, -value, 10, -10] + ([] if laws.whole else [0.5, -0.25]))
    if laws.positive and made < 0:
        made = abs(made)
    return value + 1 if laws.non_zero and made == 0 else made


def text(value, laws, dice):
    at, letter = dice.randint(0, len(value)), dice.choice(laws.letters)
    return dice.choice([value[:at] + letter + value[at:], value[:at] + value[at + 1:], value[:at] + letter + value[at + 1:], value + value[:at], value[::-1]])


def items(made, laws, dice):
    at = dice.randrange(len(made)) if made else 0
    choice = dice.randrange(4)
    if choice == 0 and made:
        del made[at]
    elif choice == 1 and laws.items:
        made.insert(at, copy.deepcopy(dice.choice(laws.items)))
    elif choice == 2 and len(made) > 1:
        made[at], made[at - 1] = made[at - 1], made[at]
    elif made:
        made[at] = mutate(made[at], Laws(laws.items), dice)
    return sorted(made) if laws.sorted else made


def vary(calls, laws, dice):
    call = copy.deepcopy(dice.choice(calls))
    names = [name for name in call if name not in ('self', 'cls')]
    if 'self' in call and getattr(call['self'], '__dict__', None) and dice.random() < (0.4 if names else 1):
        fields = vars(call['self'])
        key = dice.choice(sorted(fields))
        fields[key] = mutate(fields[key], Laws([vars(one['self']).get(key) for one in calls]), dice)
        return call
    if not names:
        return call
    name = dice.choice(names)
    if dice.random() < 0.2:
        call[name] = copy.deepcopy(dice.choice(calls).get(name, call[name]))
    else:
        for _ in range(2 if dice.random() < 0.3 else 1):
            call[name] = mutate(call[name], laws[name], dice)
    return call


def inputs_from(calls, seed):
    found, dice = {}, random.Random(seed + 1)
    laws = {name: Laws([call[name] for call in calls if name in call]) for call in calls[:1] for name in call}
    for call in calls:
        found.setdefault(describe(call), call)
    for _ in range(MOST_INPUTS * 6):
        if len(found) >= MOST_INPUTS or not calls:
            break
        try:
            made = vary(calls, laws, dice)
        except Exception:
            continue
        found.setdefault(describe(made), made)
    return list(found.values())[:MOST_INPUTS]


def watch(target, calls):
    """Keeps copies of the arguments of every call of one code object."""
    names = target.co_varnames[:target.co_argcount + target.co_kwonlyargcount]

    def profile(frame, event, arg):
        if event == 'call' and frame.f_code is target and len(calls) < MOST_CALLS:
            try:
                calls.append({name: copy.deepcopy(frame.f_locals[name]) for name in names})
            except Exception:
                pass

    return profile


def target_at(code, path, line):
    """The innermost live function of the file around a line."""
    best = None
    for functions in code.STATE['functions'].values():
        for function in functions:
            own = function.__code__
            lines = [at for at in (row[2] for row in own.co_lines()) if at] if hasattr(own, 'co_lines') else [own.co_firstlineno, own.co_firstlineno + 400]
            if own.co_filename == path and lines and min(lines) <= line <= max(lines) and not own.co_flags & 0x0C and not own.co_name.startswith('<'):
                if best is None or own.co_firstlineno > best.__code__.co_firstlineno:
                    best = function
    return best


def call_all(function, inputs, code, fuel):
    own, outputs = function.__code__, []
    for call in inputs:
        call = copy.deepcopy(call)
        plain = [call[name] for name in own.co_varnames[:own.co_argcount]]
        named = {name: call[name] for name in own.co_varnames[own.co_argcount:own.co_argcount + own.co_kwonlyargcount]}
        code.refill(fuel)
        try:
            outputs.append('= %s | %s' % (describe(function(*plain, **named)), describe(call)))
        except BaseException as error:
            outputs.append('! %s' % type(error).__name__)
    code.refill(float('inf'))
    return outputs


def shown(call):
    return '(%s)' % ', '.join(describe(one, 3)[:120] for name, one in call.items() if name not in ('self', 'cls'))


def cluster(job, request, emit, suite, code, in_child, follow):
    function = target_at(code, request['path'], request['line'])
    if function is None:
        return
    calls = []
    sys.setprofile(watch(function.__code__, calls))
    follow(request['plan'], suite, lambda row: None, request['fuel'])
    sys.setprofile(None)
    inputs = inputs_from(calls, request['seed'])
    emit({'inputs': [shown(one) for one in inputs]})
    if not inputs:
        return
    for text_of in [None] + request['texts']:
        rows, _ = in_child(4, lambda tell: tell({'outputs': outputs_of(function, inputs, text_of, request, code)}))
        emit(next((row for row in rows if 'outputs' in row), {'outputs': None}))


def outputs_of(function, inputs, text_of, request, code):
    if text_of is not None:
        change = code.changes(request['path'], text_of)
        if change is None:
            return None
        change()
    return call_all(function, inputs, code, request['fuel'])
