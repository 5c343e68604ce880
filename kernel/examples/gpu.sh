#!/bin/bash
# What is to be done on a GPU that is lent for minutes, in one go and in the order of its
# worth, for as many seconds as there are:
#
#   kernel/examples/gpu.sh OUT SECONDS
#
# OUT/report.txt says what was done, how long it took and what came of it. First the
# comparison with PyTorch's numbers; then ten epochs in float32, tf32 and bf16 (with 100
# steps a call), and of 1 and 10 steps a call; then whole runs of the paper's setting, whose scores
# are in OUT/records and whose endpoints in OUT/runs as soon as each is made. A run
# that the time does not allow is stopped with a checkpoint: called again with the
# same OUT, the script goes on with it.
#
# It wants bin/gosubspace and bin/parity.test, which can be built on another machine:
#
#   go build -o bin/gosubspace ./kernel
#   go test -c -o bin/parity.test ./subspace/internal/parity
#
# (BIN names another folder) and a plugin: what set-up found, or
# GOMLX_BACKEND=xla:/path/to/plugin.so. PRESET and FLAGS make it small, to try it on
# a CPU: PRESET=quick FLAGS="-epochs 2 -warmup 1". Where there is no network,
# GOSUBSPACE_CIFAR10 names the folder of CIFAR-10.
set -u
out=${1:?usage: gpu.sh OUT SECONDS} seconds=${2:?usage: gpu.sh OUT SECONDS}
[[ $seconds =~ ^[0-9]+$ ]] || { echo "gpu.sh: $seconds seconds: want a whole number"; exit 2; }
preset=${PRESET:-cifar10}
read -ra flags <<<"${FLAGS:-}"
mkdir -p "$out"
out=$(cd "$out" && pwd)
bin=$(cd "${BIN:-$(dirname "$0")/../../bin}" && pwd)
cd "$(dirname "$0")/../.."
export GOSUBSPACE_REQUIRE_XLA=1

left() { echo $((seconds - SECONDS)); }

# step NAME COMMAND… runs a command for as long as there is time, and says how it went.
# Its own words are in OUT/NAME.log.
step() {
	local name=$1 began=$SECONDS status said
	shift
	if [ "$(left)" -lt 30 ]; then
		echo "$name: no time left" | tee -a "$out/report.txt"
		return 1
	fi
	local before
	before=$(stat -c %s "$out/$name.log" 2>/dev/null || echo 0)
	timeout --signal=TERM --kill-after=20 $(($(left) - 20)) "$@" >>"$out/$name.log" 2>&1
	status=$?
	said=$(tail -c "+$((before + 1))" "$out/$name.log" | tr '\r' '\n' | grep -v '^$')
	# The line of progress says how fast it was without compiling.
	if grep -q 'epoch .* images/s' <<<"$said"; then said=$(grep 'epoch .* images/s' <<<"$said"); fi
	echo "$name: status $status, $((SECONDS - began)) s, $(tail -n 1 <<<"$said" | sed 's/^ *//')" | tee -a "$out/report.txt"
	return $status
}

# one NAME FLAG… is ten epochs, in a folder of its own.
one() {
	local name=$1
	shift
	step "$name" "$bin/gosubspace" train -preset "$preset" -parallel 1 -shape standard -epochs 10 -warmup 1 -points 2 "${flags[@]}" "$@" -runs "$out/epochs/$name"
}

# run NAME FLAG… is a whole run.
run() {
	local name=$1
	shift
	step "$name" "$bin/gosubspace" train -preset "$preset" -parallel 1 "${flags[@]}" "$@" -runs "$out/runs" -record "$out/records"
}

{ date -u; timeout 20 nvidia-smi || echo "no nvidia-smi"; } >>"$out/report.txt" 2>&1
rm -f "$out/doctor.log"
step doctor "$bin/gosubspace" doctor
grep ' backend ' "$out/doctor.log" | tee -a "$out/report.txt"
# Where CUDA does not open a CPU computes, which would take all the time there is.
if [ -z "${FLAGS:-}" ] && ! grep -q ' backend .* on CUDA' "$out/doctor.log"; then
	echo "no GPU computes: $out/doctor.log says why" | tee -a "$out/report.txt"
	exit 1
fi
tail -n 1 "$out/parity.log" 2>/dev/null | grep -q '^PASS' || step parity "$bin/parity.test" -test.v -test.skip StepsRepeat
for precision in float32 tf32 bf16; do
	one "epoch-$precision" $([ $precision = float32 ] || echo "-precision $precision")
done
for n in 1 10; do
	one "epoch-$n-a-call" -together $n
done

for shape in standard line layerwise-line bezier; do
	run "$shape" -shape $shape -corrupt snow
done
for shape in standard layerwise-line line; do
	run "$shape-wrong-labels" -shape $shape -wrong-labels 0.2
done
run figure-2 -figure 2
echo "done after $SECONDS s" | tee -a "$out/report.txt"
