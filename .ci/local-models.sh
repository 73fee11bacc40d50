#!/usr/bin/env bash
# The real Ollama and the real llama-server, built from package registries alone, once per version and flags, for the
# tests in test/servers. Prints the two lines that name them on stdout and all else on stderr; exits with 1 when one
# could not be had. May be run at any time, also twice at once: the second waits, and a killed run leaves nothing half done.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

ollama_version=0.17.4
llama_version=0.3.36 # of the Python package whose source holds all of llama.cpp
go_least=1.24.1
go_version=1.26.1 # where the machine's own is older
cache=${PENGUIN_MODELS_CACHE:-$HOME/.cache/penguin-models}
jobs=${PENGUIN_MODELS_JOBS:-$(nproc)}

# Without these both run a tenth as fast; with them only where the processor knows them.
fast=()
if [ "$(uname -m)" = x86_64 ] && grep -qw avx2 /proc/cpuinfo; then
  march=-march=x86-64-v3
  fast=(-DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON)
else
  march=
fi
# One thread is right for models this small, so no OpenMP; -O1 is for the C++ only, the C of ggml keeps -O3.
llama_flags=(-DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG" -DBUILD_SHARED_LIBS=OFF
  -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_TESTS=OFF
  -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_OPENSSL=OFF -DGGML_OPENMP=OFF -DGGML_NATIVE=OFF "${fast[@]}")
short() { printf '%s\n' "$@" | sha256sum | cut -c 1-8; }
ollama=$cache/ollama-$ollama_version-$(short "$march" "$(cat .ci/miniaudio.h)")/ollama
llama=$cache/llama-$llama_version-$(short "${llama_flags[@]}")/llama-server

say() { echo "local models: $*" >&2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
has_header() { for place in /usr/include /usr/local/include; do [ -e "$place/$1" ] && return; done; return 1; }

packages() {
  local missing=() program
  for program in g++ cmake git; do command -v "$program" >/dev/null || missing+=("$program"); done
  command -v ninja >/dev/null || missing+=(ninja-build)
  command -v flock >/dev/null || missing+=(util-linux)
  python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip python3-venv)
  has_header nlohmann/json.hpp || missing+=(nlohmann-json3-dev)
  has_header stb/stb_image.h || missing+=(libstb-dev)
  command -v go >/dev/null || missing+=(golang-go)
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || { say "missing: ${missing[*]}"; return 1; }
  say "installing ${missing[*]}"
  as_root apt-get -qq update && DEBIAN_FRONTEND=noninteractive as_root apt-get -qq -y install --no-install-recommends "${missing[@]}" >/dev/null
}

# A go that is new enough, on this machine or from the module proxy, whose files come without the right to be run.
find_go() { # INTO
  local there module place
  there=$(go env GOVERSION)
  if [ "$(printf '%s\n' "$go_least" "${there#go}" | sort -V | head -n 1)" = "$go_least" ]; then
    command -v go
    return
  fi
  module=golang.org/toolchain@v0.0.1-go$go_version.$(go env GOOS)-$(go env GOARCH)
  place=$1/go
  (cd "$1" && GOMODCACHE=$1/modules GOFLAGS=-modcacherw go mod download "$module") >&2 || return
  mv "$1/modules/$module" "$place" && chmod -R u+x "$place/bin" "$place/pkg/tool" && echo "$place/bin/go"
}

# The module's archive lacks every folder named vendor: two of the three come from Debian, the third is the stub beside this file.
build_ollama() { # INTO
  local go
  go=$(find_go "$1") || return
  # Always at the same place: it is a flag, and with other flags Go would compile everything again after a killed run.
  local stub=$cache/stub
  mkdir -p "$stub/miniaudio" && cp .ci/miniaudio.h "$stub/miniaudio/miniaudio.h" || return
  GOBIN=$1/bin GOFLAGS=-buildvcs=false CGO_CPPFLAGS=-I$stub CGO_CFLAGS="-O2 $march" CGO_CXXFLAGS="-O2 $march" \
    GOTOOLCHAIN=local "$go" install -p "$jobs" -ldflags "-s -w -X github.com/ollama/ollama/version.Version=$ollama_version" "github.com/ollama/ollama@v$ollama_version" || return
  mkdir "$1/done" && mv "$1/bin/ollama" "$1/done/"
}

build_llama() { # INTO
  (
    cd "$1" || exit
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary llama-cpp-python "llama-cpp-python==$llama_version" || exit
    tar xzf llama_cpp_python-*.tar.gz || exit
    cmake -G Ninja -S llama_cpp_python-*/vendor/llama.cpp -B built "${llama_flags[@]}" || exit
    cmake --build built --target llama-server -j "$jobs" || exit
    strip built/bin/llama-server
    mkdir done && mv built/bin/llama-server done/
  )
}

# Builds in a folder of its own and moves the result into place as the last step.
have() { # NAME WHERE COMMAND
  [ -x "$2" ] && return
  local from=$SECONDS work log=$cache/$1.log
  work=$(mktemp -d "$cache/.$1.XXXXXX") || return
  say "building $1; its output goes to $log"
  if "$3" "$work" >"$log" 2>&1 && mv -T "$work/done" "$(dirname "$2")"; then
    say "$1 built in $((SECONDS - from)) s"
    rm -rf "$work"
  else
    tail -n 30 "$log" >&2
    say "$1 could not be built"
    rm -rf "$work"
    return 1
  fi
}

if [ ! -x "$ollama" ] || [ ! -x "$llama" ]; then
  mkdir -p "$cache" && packages || exit 1
  exec 9>"$cache/.lock"
  flock 9
  # What a killed run has left.
  rm -rf "$cache"/.ollama.* "$cache"/.llama-server.*
  renice -n 10 $$ >/dev/null
  have ollama "$ollama" build_ollama 9>&-
  have llama-server "$llama" build_llama 9>&-
fi
missing=0
show() { if [ -x "$2" ]; then echo "$1=$2"; else missing=1; fi; }
show PENGUIN_TEST_OLLAMA "$ollama"
show PENGUIN_TEST_LLAMA_SERVER "$llama"
exit $missing
