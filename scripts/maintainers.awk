# SPDX-License-Identifier: GPL-2.0-only
# Puts the entry in the file named by the variable "entry" at its alphabetic
# place among those of a MAINTAINERS file. A title is the line before the first
# field, such as "M:<tab>".

BEGIN {
	while ((getline line < entry) > 0) {
		if (title == "")
			title = line
		text = text line "\n"
	}
}

/^Maintainers List/ { in_list = 1 }

{
	if (NR > 1)
		flush($0 ~ /^[A-Z]:\t/ && previous !~ /^[A-Z]:\t/)
	previous = $0
}

function flush(is_title) {
	if (in_list && !done && is_title && previous != "" && previous > title) {
		printf "%s\n", text
		done = 1
	}
	print previous
}

END {
	flush(0)
	if (!done)
		printf "\n%s", text
}
