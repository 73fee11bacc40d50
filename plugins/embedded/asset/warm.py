"""The warm Python worker: collects the project's tests once and runs them again for each candidate in a forked child.

Standard library only, Python 3.8 and later; pytest is used where the project's command does. Requests and answers are
JSON lines on the two pipes that it was started with. It runs inside the sandbox, on a throwaway copy.
"""
import json
import os
import select
import signal
import sys
import time

sys.path[:] = [path for path in sys.path if os.path.abspath(path or '.') != os.path.dirname(os.path.abspath(__file__))]
JOB = json.loads(sys.argv[1])
ROOT = JOB['root']
IN = os.fdopen(os.dup(0), 'r')
OUT = os.dup(1)
null = os.open(os.devnull, os.O_RDWR)
for fd in (0, 1) if JOB.get('verbose') else (0, 1, 2):
    os.dup2(null, fd)


def load(name):
    """Imports a file that lies beside this one, without leaving its folder on the path."""
    import importlib.util

    spec = importlib.util.spec_from_file_location('_penguin_' + name, os.path.join(os.path.dirname(os.path.abspath(__file__)), name + '.py'))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


code = load('warm_code')
run = load('warm_run')
code.install(ROOT)


def send(fd, value):
    data = (json.dumps(value) + '\n').encode()
    while data:
        data = data[os.write(fd, data):]


def limit(cpu_seconds):
    import resource

    for which, value in ((resource.RLIMIT_CPU, int(cpu_seconds) + 2), (resource.RLIMIT_AS, JOB.get('memory', 4 << 30)), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(which, (value, value))
        except (ValueError, OSError):
            pass


def in_child(wall, work):
    """Forks; the child calls work(emit) and what it emits comes back as a list. Second value: ended in time?"""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setpgid(0, 0)
            os.close(reading)
            limit(wall)
            work(lambda value: send(writing, value))
            status = 0
        except BaseException as error:  # a candidate may raise anything
            try:
                send(writing, {'crash': repr(error)[:300]})
            except BaseException:
                pass
        finally:
            os._exit(status)
    os.close(writing)
    chunks, late, deadline = [], False, time.monotonic() + wall
    while True:
        left = deadline - time.monotonic()
        ready = select.select([reading], [], [], max(0, left))[0] if left > 0 else []
        if not ready:
            late = True
            break
        chunk = os.read(reading, 1 << 16)
        if not chunk:
            break
        chunks.append(chunk)
    for target in (os.killpg, os.kill):
        try:
            target(pid, signal.SIGKILL)
        except OSError:
            pass
    os.close(reading)
    os.waitpid(pid, 0)
    rows = []
    for line in b''.join(chunks).split(b'\n'):
        try:
            rows.append(json.loads(line))
        except ValueError:
            pass
    return rows, late


def verdict(plan, rows, late):
    """The same shape as the JavaScript worker's answer."""
    told = {'passed': [], 'failed': [], 'broke': [], 'late': late, 'error': '', 'done': False}
    must = {name for entry in plan if entry['must'] for name in entry['ids']}
    for row in rows:
        if 'crash' in row:
            told['error'] = told['error'] or row['crash']
        elif 'done' in row:
            told['done'] = row['done']
        elif 'id' in row:
            told['passed' if row['ok'] else 'failed' if row['id'] in must else 'broke'].append(row['id'])
            told['late'] = told['late'] or row.get('late', False)
            if not row['ok']:
                told['error'] = told['error'] or row.get('message', '')[:300]
    told['done'] = told['done'] and not told['late'] and not told['broke']
    return told


def follow(plan, suite, emit, fuel):
    """Runs the plan's tests; stops when two that must pass fail and none passes, or when one breaks."""
    state = {'passed': 0, 'failed': 0}
    for entry in plan:
        if not entry['must'] and state['passed'] == 0 and state['failed'] > 0:
            return
        for row in suite.run(entry['ids'], fuel):
            emit(row)
            state['passed' if row['ok'] else 'failed'] += 1
            if row.get('late') or (not row['ok'] and not entry['must']):
                return
            if state['failed'] >= 2 and state['passed'] == 0:
                return
    emit({'done': True})


def baseline(request):
    rows, late = in_child(request['wall'], lambda emit: run.baseline(JOB, emit, code))
    extra = [row for row in rows if 'modules' in row]
    for name in extra[0]['modules'] if extra else []:
        try:
            __import__(name)
        except BaseException:
            pass
    return {'rows': [row for row in rows if 'id' in row], 'marks': extra[0]['marks'] if extra else [], 'late': late, 'crash': next((row['crash'] for row in rows if 'crash' in row), None)}


def calibrate(request):
    """Which tests, all of which passed when they were run with whole reports, do not pass here: `careful` need those reports, `unsure` fail even so."""

    def work(emit):
        for name in request['ids']:
            for row in cautious(SUITE, request).run([name], request['fuel']):
                emit(row)

    rows, late = in_child(request['wall'], work)
    return {'failed': [row['id'] for row in rows if not row.get('ok', True) and 'id' in row], 'late': late}


def attempt(request):
    """Fast: changes what is loaded, under collected tests. Where that cannot be, the answer is `fresh`."""
    plan, fuel = request['plan'], request['fuel']
    change = code.changes(request['path'], request['text'])
    if change is None:
        return {'fresh': True}

    def work(emit):
        change()
        follow(plan, cautious(SUITE, request), emit, fuel)

    with open(request['path'], 'w', encoding='utf-8', newline='') as file:
        file.write(request['text'])
    return verdict(plan, *in_child(request['wall'], work))


def cautious(suite, request):
    suite.careful = frozenset(request.get('careful', ()))
    return suite


def fresh(request):
    """Slow: everything of the project is imported again, with the candidate's text for its file."""
    plan = request['plan']

    def work(emit):
        code.override(request['path'], request['text'])
        run.with_suite(JOB, [entry['file'] for entry in plan], lambda suite: follow(plan, cautious(suite, request), emit, request['fuel']))

    with open(request['path'], 'w', encoding='utf-8', newline='') as file:
        file.write(request['text'])
    return verdict(plan, *in_child(request['wall'], work))


def cluster(request):
    """How the patches in `texts` behave on inputs that no test has, beside the program as it is."""
    behave = load('warm_behave')
    rows, late = in_child(request['wall'], lambda emit: behave.cluster(JOB, request, emit, SUITE, code, in_child, follow))
    return {'rows': rows, 'late': late}


ANSWERS = {'baseline': baseline, 'calibrate': calibrate, 'attempt': attempt, 'fresh': fresh, 'cluster': cluster}
SUITE = None


def serve(suite=None):
    global SUITE
    SUITE = suite
    code.find_functions()
    send(OUT, {'id': 0, 'ok': True})
    for line in IN:
        request = json.loads(line)
        try:
            send(OUT, dict(ANSWERS[request['ask']](request), id=request['id'], ok=True))
        except Exception as error:
            send(OUT, {'id': request['id'], 'ok': False, 'error': repr(error)[:1000]})
    os._exit(0)


if __name__ == '__main__':
    try:
        run.prepare(JOB)
        if JOB['mode'] == 'collected':
            code.fueled()
            run.with_suite(JOB, [], serve)
        else:
            code.fueled()
            serve()
    except BaseException as error:
        send(OUT, {'id': 0, 'ok': False, 'error': repr(error)[:1000]})
        os._exit(1)
