package words

import (
	"strings"
	"testing"

	"opora/backend/opora"
)

// TestEverySentence: whatever the domain can say has words in both languages.
func TestEverySentence(t *testing.T) {
	var keys []string
	for _, r := range opora.Reasons() {
		keys = append(keys, "reason_"+string(r))
	}
	for _, h := range opora.HintCodes() {
		keys = append(keys, "hint_"+string(h))
	}
	for _, s := range opora.StepCodes() {
		keys = append(keys, "step_"+string(s))
	}
	for _, v := range opora.Verdicts() {
		keys = append(keys, "verdict_"+string(v))
	}
	for _, k := range opora.Kinds() {
		keys = append(keys, "kind_"+string(k))
	}
	for _, c := range opora.Codes() {
		keys = append(keys, string(c))
	}
	keys = append(keys, "reply_other", "notification_check_done", "notification_check_failed", "tray_show", "tray_quit")
	for _, language := range []opora.Language{opora.Russian, opora.English} {
		w := In(language)
		for _, key := range keys {
			if !w.Has(key) {
				t.Errorf("%s has no %s", language, key)
			}
		}
	}
}

func TestSay(t *testing.T) {
	f := opora.Found(opora.BadCredentials, opora.Hint{Code: opora.HintSaid, Detail: "{detail} wrong password"})
	got := In(opora.Russian).Finding(f)
	if !strings.Contains(got, "{detail} wrong password") {
		t.Errorf("got %q: a gap is filled once, with the text as it is", got)
	}
	if strings.Contains(In(opora.English).Finding(f), "reason_") {
		t.Error("a key is shown instead of a sentence")
	}
}

// TestFindingInWords: a browser that is missing is said once and with what to
// do, and a word of the operator's is not told as a proof.
func TestFindingInWords(t *testing.T) {
	say := In(opora.Russian)
	for _, row := range []struct {
		finding   opora.Finding
		has, lack string
	}{
		{opora.Found(opora.Unsupported, opora.Hint{Code: opora.HintNeedsBrowser}, opora.Hint{Code: opora.HintNoBrowser}), "Установите Chrome", "пока проверять не умеет"},
		{opora.Found(opora.Unsupported, opora.Hint{Code: opora.HintNotChecked, Detail: "ftp"}), "пока проверять не умеет", "браузер"},
		{opora.Found(opora.OK, opora.Hint{Code: opora.HintByOperator}), "Вы вошли сами", "Вход проверен"},
		{opora.Found(opora.BadCredentials, opora.Hint{Code: opora.HintByOperator}), "Вы сказали", "Система не приняла"},
		{opora.Found(opora.OK), "Вход проверен", "слово"},
	} {
		got := say.Finding(row.finding)
		if !strings.Contains(got, row.has) || strings.Contains(got, row.lack) || strings.Count(got, "строит скрипт") > 1 {
			t.Errorf("%+v: says %q", row.finding, got)
		}
	}
}
