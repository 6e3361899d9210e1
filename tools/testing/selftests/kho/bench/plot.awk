# SPDX-License-Identifier: GPL-2.0-only
#
# "PAGES SECONDS" lines as an SVG: boot cost against number of pages, both axes
# logarithmic. -v target=SECONDS: what a page may cost, drawn as a line.

function x(pages) { return left + (log(pages) / ten - 2.5) * step }
function y(seconds) { return top + (0.5 - log(seconds) / ten) * step }

function text(at_x, at_y, anchor, what)
{
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
		at_x, at_y, anchor, what
}

function line(x1, y1, x2, y2, style)
{
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n",
		x1, y1, x2, y2, style
}

BEGIN {
	ten = log(10); step = 130; left = 80; top = 40
	right = left + 4 * step; bottom = top + 5 * step
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " \
		right + 30 " " bottom + 60 "\" font-family=\"sans-serif\" " \
		"font-size=\"13\">"
	print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
	text((left + right) / 2, 24, "middle",
	     "Boot after a handover, beyond that after one page")
	for (e = 3; e <= 6; e++) {
		line(x(10 ^ e), top, x(10 ^ e), bottom, "stroke=\"#ddd\"")
		text(x(10 ^ e), bottom + 20, "middle", sprintf("%d", 10 ^ e))
	}
	for (e = -4; e <= 0; e++) {
		line(left, y(10 ^ e), right, y(10 ^ e), "stroke=\"#ddd\"")
		text(left - 8, y(10 ^ e) + 4, "end", 10 ^ e " s")
	}
	text((left + right) / 2, bottom + 44, "middle",
	     "pages preserved, a free one between each two")
	if (target) {
		line(x(1000), y(1000 * target), x(1e6), y(1e6 * target),
		     "stroke=\"#c33\" stroke-dasharray=\"6 4\"")
		text(x(1e6) - 8, y(1e6 * target) - 10, "end", "target")
	}
}

$2 > 0 {
	if (points)
		line(last_x, last_y, x($1), y($2), "stroke=\"#247\" " \
		     "stroke-width=\"2\"")
	last_x = x($1); last_y = y($2); points++
	printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#247\"/>\n",
		last_x, last_y
	text(last_x + 8, last_y + 16, "start", sprintf("%.3g s", $2))
}

END {
	print "</svg>"
	exit !points
}
