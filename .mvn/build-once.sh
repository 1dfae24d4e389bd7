# Sourced by ./coppice, fuzz/run and perf/run: build_once builds what they start unless it is newer than its sources. Of two
# that are started at once one builds and the other waits. They set before:
#   script    what they are called in messages
#   project   the checkout
#   module    what to build
#   modules   those whose sources count
#   built     a file as old as the last build
#   build     a function that calls package_module

target=$project/$module/target
log=$target/run-build.log
lock=$target/run-build.lock

is_built() {
    [ -f "$built" ] && [ -z "$(
        cd "$project"
        for each in $modules; do
            find pom.xml .mvn/jvm.config "$each/pom.xml" "$each/src/main" -newer "$built" -print 2> /dev/null
        done | head -n 1
    )" ]
}

# lock_build: a lock whose owner is gone is taken over.
lock_build() {
    mkdir -p "$target"
    until ln -s $$ "$lock" 2> /dev/null; do
        owner=$(readlink "$lock") || continue
        kill -0 "$owner" 2> /dev/null || rm -f "$lock"
        sleep 1
    done
    trap 'rm -f "$lock"' EXIT
    trap 'exit 130' INT TERM HUP
}

# package_module: makes the module without its tests, or shows the end of what Maven says and exits.
package_module() {
    if ! (cd "$project" && ./mvnw --batch-mode --projects "$module" --also-make -Dmaven.test.skip=true package) > "$log" 2>&1; then
        tail -n 30 "$log" >&2
        echo "$script: the build failed; all of its output is in $log" >&2
        exit 1
    fi
}

build_once() {
    is_built && return 0
    lock_build
    is_built || build
    rm -f "$lock"
    trap - EXIT INT TERM HUP
}
