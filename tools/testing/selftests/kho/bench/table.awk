# SPDX-License-Identifier: GPL-2.0-only
#
# The rows of lib/bench.sh as a table, and as JSON in the file -v json=FILE.
# -v about: JSON members that say what was measured. Ends with 1 if a target is
# missed, or a figure is missing.

function number(x) { return x ~ /^-?[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?$/ }

function neat(x)
{
	if (!number(x))
		return x
	return sprintf(x >= 1000 || x == int(x) ? "%.0f" : "%.4g", x)
}

function or_null(x) { return number(x) ? x : "null" }

BEGIN {
	FS = "\t"
	printf("{\n%s,\n  \"rows\": [", about) > json
	printf "%-50s %12s %-6s %9s %7s %8s  %s\n", "what", "figure", "",
		"per page", "ratio", "target", ""
}

{
	key = $1; what = $2; figure = $3; unit = $4; target = $5
	pages = $6; after = $7

	per = "-"; ratio = "-"
	if (number(pages) && number(figure))
		per = figure * (unit == "s" ? 1e9 : 1) / pages
	if (after == "yes" && number(figure) && number(last) && last > 0)
		ratio = figure / last
	last = figure

	met = "-"
	if (!number(figure))
		met = "MISSING"
	else if (target ~ /^>=/)
		met = figure >= substr(target, 3) + 0 ? "met" : "MISSED"
	else if (target != "-")
		met = figure <= target + 0 ? "met" : "MISSED"
	if (met ~ /^MISS/)
		failed++

	printf "%-50s %12s %-6s %9s %7s %8s  %s\n", what, neat(figure), unit,
		neat(per), number(ratio) ? sprintf("%.2f", ratio) : ratio,
		target, met
	member = sprintf("\"key\": \"%s\", \"what\": \"%s\", \"figure\": %s, " \
		"\"unit\": \"%s\", \"per_page\": %s, \"ratio\": %s, " \
		"\"target\": \"%s\", \"met\": %s", key, what,
		or_null(figure), unit, or_null(per), or_null(ratio), target,
		met == "met" ? "true" : met == "-" ? "null" : "false")
	printf("%s\n    { %s }", comma, member) > json
	comma = ","
}

END {
	print "\n  ]\n}" > json
	if (failed)
		printf "%d of %d targets missed\n", failed, NR
	exit failed || !NR
}
