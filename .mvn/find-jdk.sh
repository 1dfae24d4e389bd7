# Sourced by ./mvnw, ./coppice, fuzz/run and perf/run: find_jdk sets JAVA_HOME to a JDK that is new enough, or says what to
# install and exits. Order: JAVA_HOME, `java` on PATH, the usual places; among those the oldest JDK that is new enough.

required_java=25

# jdk_version HOME: prints the feature version ("25") of the JDK in HOME, nothing if there is none.
jdk_version() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release" | head -n 1
}

is_new_enough() {
    jdk_candidate_version=$(jdk_version "$1")
    [ -n "$jdk_candidate_version" ] && [ "$jdk_candidate_version" -ge "$required_java" ]
}

# java_on_path: prints the home of the `java` on PATH. Where that is a stub or a version manager's script, `java` itself is asked.
java_on_path() {
    java_command=$(command -v java) || return 0
    resolved=$(readlink -f "$java_command" 2> /dev/null) || resolved=$java_command
    home=${resolved%/bin/java}
    if [ -r "$home/release" ]; then
        printf '%s\n' "$home"
    else
        java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p'
    fi
}

# installed_jdk: prints the home of the oldest sufficient JDK among the usual places.
installed_jdk() {
    best_home=
    best_version=
    for home in /usr/lib/jvm/* /usr/java/* /opt/*jdk* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
        is_new_enough "$home" || continue
        if [ -z "$best_version" ] || [ "$jdk_candidate_version" -lt "$best_version" ]; then
            best_home=$home
            best_version=$jdk_candidate_version
        fi
    done
    printf '%s\n' "$best_home"
}

find_jdk() {
    if [ -n "${JAVA_HOME:-}" ] && is_new_enough "$JAVA_HOME"; then
        return 0
    fi
    JAVA_HOME=$(java_on_path)
    if [ -z "$JAVA_HOME" ] || ! is_new_enough "$JAVA_HOME"; then
        JAVA_HOME=$(installed_jdk)
    fi
    if [ -z "$JAVA_HOME" ]; then
        cat >&2 << EOF
Coppice needs a JDK $required_java or newer, and none was found in JAVA_HOME, on PATH or in the usual places.
Install one, for example:
  Debian, Ubuntu   sudo apt install openjdk-$required_java-jdk-headless
  Fedora           sudo dnf install java-$required_java-openjdk-devel
  macOS            brew install openjdk@$required_java
  SDKMAN!          sdk install java $required_java-tem
A JDK in another place is found when JAVA_HOME names it.
EOF
        exit 1
    fi
    export JAVA_HOME
}
