#!/bin/sh
# state.sh STATE HOME OWNER PROGRAM DIGEST: brings the cache of a home into a state. As root.
# What another user planted would write the file HOME.pwned if it were run.
# state.sh look HOME: prints what is there: type, mode, owner and path, and whether a trap was run.
set -eu
if [ "$1" = look ]; then
    echo "looking at $2"
    find "$2" -xdev ! -path "$2" -printf '%y %m %U %P\n' 2>/dev/null || true
    [ ! -e "$2.pwned" ] || echo "a trap was run"
    exit
fi
state=$1 home=$2 owner=$3 program=$4 digest=$5
other=nobody
cache=$home/.cache/mcapi
elsewhere=$home.elsewhere

while umount -l "$home" 2>/dev/null; do :; done # the login that runs this may stand in it
rm -rf "$home" "$elsewhere" "$home.pwned"

new_home() {
    mkdir -p "$home"
    [ -z "$1" ] || mount -t tmpfs -o "$1,mode=755" mcapi-fastpath "$home"
    chown "$owner" "$home"
}

fill() {
    mkdir -p "$cache"
    cp "$program" "$cache/$digest"
    chmod 500 "$cache/$digest"
    chown -R "$owner" "$home/.cache"
    chmod 700 "$home/.cache" "$cache"
}

trap_in() { # FOLDER OWNER
    mkdir -p "$1"
    printf '#!/bin/sh\necho ran >%s\necho "{\\"changed\\": true, \\"planted\\": true}"\n' "$home.pwned" >"$1/$digest"
    chmod 777 "$1"
    chmod 755 "$1/$digest"
    chown -R "$2" "$1"
}

case $state in
missing) ;;
noexec*) new_home noexec ;;
readonly) new_home relatime ;;
*) new_home "" ;;
esac

case $state in
hit | noexec_filled) fill ;;
foreign_cpu) # an ELF file for another machine: right name, wrong content, the user's own
    fill
    chmod 700 "$cache/$digest"
    printf '\267\000' | dd of="$cache/$digest" bs=1 seek=18 conv=notrunc 2>/dev/null
    chmod 500 "$cache/$digest"
    ;;
file_of_other)
    fill
    rm "$cache/$digest"
    trap_in "$elsewhere" "$other"
    mv "$elsewhere/$digest" "$cache/"
    ;;
file_is_link | file_is_folder_link)
    fill
    rm "$cache/$digest"
    trap_in "$elsewhere" "$owner"
    if [ "$state" = file_is_link ]; then
        ln -s "$elsewhere/$digest" "$cache/$digest"
    else
        ln -s "$elsewhere" "$cache/$digest"
    fi
    ;;
folder_of_other)
    mkdir -p "$home/.cache"
    chown "$owner" "$home/.cache"
    trap_in "$cache" "$other"
    chown "$owner" "$cache/$digest"
    ;;
parent_of_other)
    fill
    trap_in "$elsewhere" "$owner"
    mv -f "$elsewhere/$digest" "$cache/$digest"
    chown "$other" "$home/.cache"
    ;;
folder_is_link)
    mkdir -p "$home/.cache"
    chown "$owner" "$home/.cache"
    trap_in "$elsewhere" "$owner"
    ln -s "$elsewhere" "$cache"
    ;;
parent_is_link)
    trap_in "$elsewhere/mcapi" "$owner"
    chown "$owner" "$elsewhere"
    ln -s "$elsewhere" "$home/.cache"
    ;;
home_of_other)
    fill
    trap_in "$elsewhere" "$owner"
    mv -f "$elsewhere/$digest" "$cache/$digest"
    chown "$other" "$home"
    ;;
old_files)
    fill
    mv "$cache/$digest" "$cache/$(echo "$digest" | tr 0-9a-f f0-9a-e)"
    touch "$cache/.new.old" "$cache/keep_me"
    touch -d '40 days ago' "$cache"/* "$cache/.new.old"
    chown -R "$owner" "$cache"
    ;;
readonly) mount -o remount,ro "$home" ;;
none | missing | noexec) ;;
clean) rm -rf "$home" "$elsewhere" "$home.pwned" ;;
*)
    echo "unknown state $state" >&2
    exit 2
    ;;
esac
