# Sourced by the scripts: installs what is missing, and says so where it cannot.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Debian's packages and the pkg-config name by which each is found on other systems.
packages=(libfuse3-dev fuse3 libsqlite3-dev libssl-dev zlib1g-dev libdeflate-dev libzstd-dev libpng-dev
    libjpeg-dev libwebp-dev libbrotli-dev libxml2-dev pkg-config procps python3)
# Nice to have: BLAKE3 of models.
optional=(b3sum)
# What the tests use beside these: the power cuts' recorder is in C, on file systems of three kinds.
# Completions run in the shells that they are for, and manual pages are read by mandoc.
test_packages=(skopeo python3-jsonschema gcc libc6-dev mount e2fsprogs xfsprogs btrfs-progs zsh fish mandoc
    openssl)
# What the benchmarks measure with and against. Other stores are compared where they are installed.
bench_packages=(fio libimage-exiftool-perl skopeo curl openssl xfsprogs e2fsprogs gcc libc6-dev)
# What packages are made with.
package_packages=(dpkg-dev binutils chrpath xz-utils)
libraries=(fuse3 sqlite3 libcrypto zlib libdeflate libzstd libpng libjpeg libwebp libbrotlidec libxml-2.0)

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# How long a first build takes here, in words. Of its processor time, measured in seconds, the first part has no use for a second
# processor.
build_time() {
    local processors seconds
    processors=$(nproc)
    seconds=$(($1 + $2 / processors))
    printf 'about %d minutes with %d processors' $(((seconds + 59) / 60)) "$processors"
}

# Also installs the packages given.
install_missing() {
    command -v swift >/dev/null || fail "Swift is missing: install version 6.2 or later from https://www.swift.org/install and run this again."
    if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
        local missing=()
        for package in "${packages[@]}" "$@"; do
            dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
        done
        [ ${#missing[@]} -eq 0 ] && return
        say "Installing ${missing[*]}"
        local root=()
        if [ "$(id -u)" -ne 0 ]; then
            command -v sudo >/dev/null || fail "As root, run: apt-get install ${missing[*]}"
            root=(sudo)
        fi
        "${root[@]}" apt-get update -qq
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${optional[@]}" >/dev/null 2>&1 || true
    else
        command -v pkg-config >/dev/null || fail "pkg-config is missing; install it and the development files of: ${libraries[*]}"
        for library in "${libraries[@]}"; do
            pkg-config --exists "$library" || fail "The development files of $library are missing; install them and run this again."
        done
    fi
}

# The tests start a registry and a web server of their own. Installed, Debian's packages would also run them at every address of this
# machine, the registry with no password, so they are only unpacked. Without them the tests that need one say so.
unpack_servers() {
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 0
    local place program package
    for program in bin/docker-registry sbin/nginx; do
        package=$(basename "$program")
        [ ! -x "/usr/$program" ] && [ ! -x ".build/$package/usr/$program" ] || continue
        place=$(mktemp -d)
        mkdir -p .build
        (cd "$place" && apt-get download -qq "$package" >/dev/null 2>&1) && dpkg -x "$place/$package"_*.deb ".build/$package" || true
        rm -rf "$place"
    done
}

# Every target may import only what it names.
build_options=(--explicit-target-dependency-import-check error)
