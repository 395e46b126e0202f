package main

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// Upstream's frontend cuts Chinese text at sentence ends into segments of this
// many characters, and joins a shorter rest to the segment before it.
const (
	segmentCharacters = 60
	restCharacters    = 20
)

// promptText is the transcript of the speaker's reference audio.
const promptText = "You are a helpful assistant.<|endofprompt|>今天天气很好，我们一起去公园走走吧。"

var sentences = []string{
	"春天来了，院子里的桃花一夜之间全都开了。",
	"图书馆早上九点开门，晚上八点半关门。",
	"请先把窗户打开，让新鲜空气进来一会儿。",
	"这条小路一直通到山顶的旧亭子。",
	"明天下午有小雨，出门记得带一把伞！",
	"孩子们围着老师，听她讲月亮和兔子的故事。",
	"火车还有十分钟进站，请大家站在黄线以外。",
	"厨房里飘出刚出炉的面包的香味，谁都忍不住想尝一口。",
	"他把旧自行车擦得发亮，又给链条上了一点油。",
	"海边的风很大，风筝飞得比屋顶还高。",
	"这本书一共有十二章，我们今天先读第一章。",
	"晚饭以后，爷爷喜欢在巷子口下两盘象棋！",
	"水烧开以后转小火，再煮八分钟就可以了。",
	"远处的灯塔每隔五秒钟闪一次，像是在打招呼。",
	"雪停了，屋檐下挂着一排长长的冰柱。",
	"你更喜欢乘船过江，还是走那座新修的大桥？",
}

// randomText returns a text of so many segments.
func randomText(random *rand.Rand, segments int) string {
	var text strings.Builder
	for range segments - 1 {
		for length := 0; length < segmentCharacters; {
			sentence := sentences[random.IntN(len(sentences))]
			length += utf8.RuneCountInString(sentence)
			text.WriteString(sentence)
		}
	}
	// Two sentences stay below a whole segment, and are more than a rest.
	for range 2 {
		text.WriteString(sentences[random.IntN(len(sentences))])
	}
	return text.String()
}

// split cuts a text into the segments that are synthesised one by one.
func split(text string) []string {
	var segments []string
	var segment strings.Builder
	length := 0
	for _, r := range text {
		segment.WriteRune(r)
		if length++; length >= segmentCharacters && strings.ContainsRune("。！？", r) {
			segments = append(segments, segment.String())
			segment.Reset()
			length = 0
		}
	}
	if length == 0 {
		return segments
	}
	if length < restCharacters && len(segments) > 0 {
		segments[len(segments)-1] += segment.String()
		return segments
	}
	return append(segments, segment.String())
}

// speechTokens is how many tokens of 0.04 s the model speaks a text in. It
// depends on nothing but the text: four to five characters a second.
func speechTokens(text string) int {
	hash := fnv.New32a()
	hash.Write([]byte(text)) // It never fails.
	pace := 5 + 1.25*float64(hash.Sum32()%1000)/1000
	return max(1, int(pace*float64(utf8.RuneCountInString(text))))
}
