# The two commands of the README are `make diagnose TARGET=host:port` and `make test`. Everything is installed as needed.
JOBS ?= $(shell nproc)

.PHONY: build diagnose test lab asan tidy format format-check bench fuzz clean

build:
	@tools/setup build
	@cmake --preset release >/dev/null
	@cmake --build --preset release --parallel $(JOBS) >&2

# A diagnosis that finds a cause is a success of `make`, whatever whytls's own exit code says of the handshake.
diagnose: build
	@if [ -n "$(TARGET)" ]; then build/whytls $(TARGET) $(OPTIONS) || test $$? -le 3; else tools/demo; fi

test:
	@tools/setup test
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev --parallel $(JOBS)
	@ctest --preset dev --parallel $(JOBS)

lab:
	@tools/setup test
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev --parallel $(JOBS) --target whytls
	@tests/lab/run $(LAB)

# Every unit test and every fuzz target's corpus under AddressSanitizer and UndefinedBehaviorSanitizer. What runs the program beside
# real servers (label program) stays out: it takes minutes more.
asan:
	@tools/setup test
	@cmake --preset asan >/dev/null
	@cmake --build --preset asan --parallel $(JOBS)
	@ctest --preset asan --parallel $(JOBS) --label-exclude program

format:
	@git ls-files 'src/*.cpp' 'src/*.h' 'fuzz/*.cpp' | grep -v /generated/ | xargs clang-format -i

format-check:
	@git ls-files 'src/*.cpp' 'src/*.h' 'fuzz/*.cpp' | grep -v /generated/ | xargs clang-format --dry-run -Werror

tidy:
	@tools/tidy

bench:
	@tools/setup test
	@cmake --preset bench >/dev/null
	@cmake --build --preset bench --parallel $(JOBS)
	@bench/run

fuzz:
	@tools/setup develop
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz --parallel $(JOBS)
	@fuzz/run $(SECONDS_EACH)

clean:
	@rm -rf build build-asan build-bench build-fuzz build-tidy
