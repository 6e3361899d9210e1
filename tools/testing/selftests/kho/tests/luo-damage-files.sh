# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what tells of a memfd is wrong: that file is refused, or comes as it is told to be"
ARCHES=x86_64
VARIANTS="plain debug"
LATER=plain
MEMORY=2G
KEXECS=2
CMDLINE="kho=on liveupdate=on hugepages=64"
SECONDS_A_BOOT=90

# FIELD=VALUE:ANSWER, that of retrieving the file, or "other" where it comes, but not as it
# was. Before and behind these are files that nobody touches. The wrong array may be one
# that there is no memory for, too.
SMALL="
pos=ones:EINVAL size=0:EINVAL size=ones:EINVAL size=plus:other
seals=ones:EOPNOTSUPP flags=1:EOPNOTSUPP flags=ones:EOPNOTSUPP
nr=0:other nr=plus:0 nr=ones:EINVAL nr=0x10000:EINVAL
area-first=0:ENOMEM area-first=ones:ENOMEM area-first=odd:ENOMEM area-first=no-ram:ENOMEM
area-first=spare:ENOMEM area-first=memfd:ENOMEM area-first=array:ENOMEM
area-first=first:ENOMEM area-first=header:ENOMEM
area-pages=0:EINVAL area-pages=ones:ENOMEM area-pages=plus:ENOMEM
area-flags=0:ENOMEM area-flags=ones:ENOMEM area-order=1:ENOMEM area-order=ones:ENOMEM
chunk-next=no-ram:ENOMEM chunk-next=chunk:ENOMEM chunk-next=ones:ENOMEM
chunk-page=0:ENOMEM chunk-page=ones:ENOMEM chunk-page=odd:ENOMEM chunk-page=no-ram:ENOMEM
chunk-page=spare:ENOMEM chunk-page=memfd:ENOMEM chunk-page=chunk:ENOMEM
chunk-page=first:ENOMEM
folio=0:other folio=ones:ENOENT folio=0x0030000400000000:ENOENT folio=other:ENOENT
folio=first:ENOENT
index=ones:EINVAL index=4:EINVAL index=other:EEXIST"
HUGE="
pos=ones:EINVAL size=0:EINVAL size=ones:EINVAL size=plus:EINVAL seals=ones:EOPNOTSUPP
order=0:EOPNOTSUPP order=10:EOPNOTSUPP order=18:EINVAL order=ones:EINVAL
nr=0:EINVAL nr=1:EINVAL nr=plus:EINVAL nr=ones:EINVAL
area-first=no-ram:ENOMEM area-pages=0:EINVAL
page=0:ENOENT page=ones:ENOENT page=odd:ENOENT page=no-ram:ENOENT page=memfd:ENOENT
page=other:ENOENT page=first:ENOENT"

# each COMMAND...: with each number and damage of $DAMAGE
each()
{
	local what n=0

	for what in $DAMAGE; do
		n=$((n + 1))
		"$@" $n "$what"
	done
}

# damage_of FILE FIELD=VALUE:ANSWER
damage_of()
{
	local value=${2%:*}

	echo -n "${value%%=*}@$1=${value#*=},"
}

# wrong memfd|huge BYTES DAMAGE [MORE]: what the next stage has to find
wrong()
{
	local n how DAMAGE=$3

	ask 0 create s
	for n in $(seq 0 $(($(echo $DAMAGE | wc -w) + 1))); do
		ask 0 $1 f$n $2
		ask 0 preserve s f$n $n
		ask 0 close f$n
	done
	how=$(each damage_of)$4
	expect "$how" insmod $DRIVER luo="${how%,}"
}

# fetched BYTES FILE FIELD=VALUE:ANSWER
fetched()
{
	local bytes=$1 file=$2 said=0 want=${3##*:}

	[ "$want" = other ] || said=$want
	same "file $file with ${3%:*}" "$said" "$(tell_luod fetch s f$file $file)"
	[ $said = 0 ] || same "file $file, once more" $said \
		"$(tell_luod fetch s f$file $file)"
	[ $said = 0 ] || return 0
	[ "$want" = 0 ] || said=EUCLEAN
	same "the contents of file $file" $said "$(tell_luod compare f$file $bytes)"
	ask 0 close f$file
}

# fetch_all BYTES DAMAGE
fetch_all()
{
	local DAMAGE=$2

	ask 0 retrieve s
	fetched $1 0 right:0
	each fetched $1
	fetched $1 $(($(echo $DAMAGE | wc -w) + 1)) right:0
	ask 0 finish s
	ask 0 close s
}

stage0()
{
	luod_start
	wrong memfd $((4 * PAGE_SIZE)) "$SMALL"
}

stage1()
{
	luod_start
	fetch_all $((4 * PAGE_SIZE)) "$SMALL"
	wrong huge 4194304 "$HUGE" pool-count=ones
}

stage2()
{
	luod_start
	fetch_all 4194304 "$HUGE"
	# Live update and the pool can be used as ever
	expect "a larger pool" write 80 /proc/sys/vm/nr_hugepages
	same "pages in the pool" 80 "$(cat /proc/sys/vm/nr_hugepages)"
	ask 0 create t
	ask 0 huge m 4194304
	ask 0 preserve t m 1
	finalize
}
