#!/bin/sh
# Draws the pictures of report.md anew, of the made-up day of a machine that the tests tell.
# Needs InfluxDB (`make parts`), Chromium and a font with Chinese (Debian: chromium, fonts-noto-cjk).
set -eu
cd "$(dirname "$0")/.."
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
go test ./internal/report -count=1 -run TestReport -pages "$pages"
shot() { # page, picture, width, height; Chromium goes to a place in a page only inside a frame
	echo "<body style='margin:0'><iframe src='$1' style='border:0;width:$3px;height:$4px'></iframe>" >"$pages/frame.html"
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$pages/profile" \
		--screenshot="docs/$2" --window-size="$3,$4" "file://$pages/frame.html" 2>/dev/null
}
shot tts-box-24h-en.html report.png 1000 540
shot tts-box-24h-zh.html report.zh-CN.png 1000 505
shot "tts-box-24h-en.html#numbers" report-charts.png 1000 1180
