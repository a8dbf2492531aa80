package web_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"opora/backend/opora"
	"opora/backend/pace"
)

const navigation = `"<nav><a href='#/orders'>Заказы</a> <a href='#/goods'>Товары</a> <a href='#/money'>Деньги</a> <a href='#/staff'>Сотрудники</a> <button>Выйти</button></nav><h1>Панель</h1>"`

// flattered are wrong passwords that a page would like to be believed.
func flattered() []liar {
	restore := func(flag string) string {
		return `<script>if (` + flag + `) { document.body.innerHTML = ` + navigation + ` }</script>`
	}
	list := []liar{
		{name: "dashboard painted over a refusal", door: scriptDoor(`await send(); show(` + navigation + `)`), answer: refuses401},
		{name: "flag in storage before the answer", door: scriptDoor(`localStorage.in = 1; await send(); show(`+navigation+`)`) + restore(`localStorage.in`), answer: refuses401},
		{name: "cookie by script before the answer", door: scriptDoor(`document.cookie = "in=1"; await send(); show(`+navigation+`)`) + restore(`document.cookie.includes("in=1")`), answer: refuses401},
		{name: "address pushed to the dashboard", door: scriptDoor(`localStorage.in = 1; await send(); history.pushState(null, "", "/dashboard"); show(`+navigation+`)`) + restore(`localStorage.in`),
			page: func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/dashboard" {
					htmlPage(w, `<script>if (localStorage.in) document.body.innerHTML = `+navigation+`; else location = "/"</script>`)
				}
				return r.URL.Path == "/dashboard"
			}, answer: refuses401},
		{name: "dashboard for whoever typed anything", door: scriptDoor(`sessionStorage.in = f.user.value; await send(); location.reload()`) + `<script>if (sessionStorage.in) document.body.innerHTML = ` + navigation + ` + "<p>Здравствуйте, " + sessionStorage.in + "</p>"</script>`, answer: refuses401},
		{name: "refusal of 200 with a dashboard painted", door: scriptDoor(`localStorage.in = 1; await send(); show(`+navigation+`)`) + restore(`localStorage.in`),
			answer: func(w http.ResponseWriter, _ *http.Request, in bool) {
				answerJSON(w, http.StatusOK, map[string]any{"ok": in, "error": "Неверный пароль"})
			}},
		{name: "guest token after a refusal", door: scriptDoor(`const [r, d] = await send(); const me = await fetch("/me", {headers: {Authorization: "Bearer " + d.guest}}).then(r => r.json()); show("<h1>Витрина</h1><a href='#/a'>Каталог</a> <a href='#/b'>Акции</a> <a href='#/c'>Доставка</a> <a href='#/d'>О нас</a><p>" + me.cart + "</p>")`),
			answer: func(w http.ResponseWriter, _ *http.Request, _ bool) {
				answerJSON(w, http.StatusUnauthorized, map[string]string{"guest": rand.Text()})
			},
			page: func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/me" {
					return false
				}
				if len(r.Header.Get("Authorization")) < 20 {
					answerJSON(w, http.StatusUnauthorized, map[string]string{"error": "no token"})
				} else {
					answerJSON(w, http.StatusOK, map[string]string{"cart": "Корзина пуста"})
				}
				return true
			}},
	}
	// After a refusal the session alone may see a page of its own.
	attempt := func(w http.ResponseWriter, r *http.Request, _ bool) {
		http.SetCookie(w, &http.Cookie{Name: "attempt", Value: rand.Text(), Path: "/"})
		http.Redirect(w, r, "/next", http.StatusSeeOther)
	}
	only := func(body func() string) func(w http.ResponseWriter, r *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/next" {
				return false
			}
			if _, err := r.Cookie("attempt"); err != nil {
				http.Redirect(w, r, "/", http.StatusSeeOther)
				return true
			}
			htmlPage(w, body())
			return true
		}
	}
	const links = `<a href="/a">Каталог</a> <a href="/b">Акции</a> <a href="/c">Доставка</a> <a href="/d">Оплата</a> <a href="/e">О нас</a>`
	for name, body := range map[string]string{
		"sign-up page after a refusal":                links + `<h1>Создайте аккаунт</h1><form method=post action=/signup><input name=email><input type=password name=new autocomplete=new-password><button>Создать</button></form>`,
		"another way in, by name, after a refusal":    `<h1>` + liarLogin + `</h1><p>Выберите другой способ входа</p><a href=/sms>По СМС</a><br><a href=/tg>Через Telegram</a><br><a href=/bank>Через банк</a>`,
		"name and few words after a refusal":          `<h1>Здравствуйте, ` + liarLogin + `!</h1><p>Попробуйте ещё раз</p>`,
		"locked page with a way out after a refusal":  `<h1>Аккаунт заблокирован</h1><p>Обратитесь к администратору</p><a href=/logout>Выйти</a>`,
		"failed page with a way out after a refusal":  `<h1>Войти не удалось</h1><p>Проверьте раскладку</p><a href=/logout>Выйти</a>`,
		"long page of a refusal that only it may see": links + `<h1>Отказ</h1><p>` + strings.Repeat("Мы заботимся о покупателях. ", 80) + `</p><div class=box>Имя и пароль не подошли.</div>`,
	} {
		list = append(list, liar{name: name, door: plainDoor, answer: attempt, page: only(func() string { return body })})
	}
	list = append(list, liar{name: "random page for each visitor", door: plainDoor, answer: attempt, page: func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/next" {
			return false
		}
		if rand.Text()[0]%2 == 0 {
			htmlPage(w, panel)
		} else {
			htmlPage(w, "<h1>"+rand.Text()+"</h1>"+links)
		}
		return true
	}})
	return list
}

// slandered are right passwords that a page makes look wrong.
func slandered() []liar {
	home := func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/" && signedIn(r) {
			htmlPage(w, panel)
			return true
		}
		if r.URL.Path == "/track" || r.URL.Path == "/extra" {
			w.WriteHeader(map[string]int{"/track": 401, "/extra": 403}[r.URL.Path])
			return true
		}
		return false
	}
	slow := func(d time.Duration) func(http.ResponseWriter, *http.Request, bool) {
		return func(w http.ResponseWriter, r *http.Request, in bool) { wait(d); refuses401(w, r, in) }
	}
	const hide = `const o = {user: f.user.value, h: f.pass.value.length == 18 ? "` + hashed + `" : "no"}; `
	fresh := func(d time.Duration) func(http.ResponseWriter, *http.Request, bool) {
		var stale atomic.Bool
		return func(w http.ResponseWriter, r *http.Request, in bool) {
			if !stale.Swap(true) {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			wait(d)
			refuses401(w, r, in)
		}
	}
	list := []liar{
		{name: "counter refused after a good login", door: scriptDoor(`const [r] = await send(); fetch("/track", {method: "POST", body: "{}"}); location.reload()`), answer: refuses401, due: []opora.Reason{opora.OK}},
		{name: "optional call forbidden after a good login", door: scriptDoor(`const [r] = await send(); await fetch("/extra", {method: "POST", body: "{}"}); location.reload()`), answer: refuses401, due: []opora.Reason{opora.OK}},
		{name: "hidden password and a refused counter", door: scriptDoor(hide + `fetch("/track", {method: "POST", body: "{}"}); await send(o); location.reload()`), answer: refuses401, due: []opora.Reason{opora.OK}},
		{name: "hidden password, a refused counter, a slow server", door: scriptDoor(hide + `fetch("/track", {method: "POST", body: "{}"}); await send(o); location.reload()`), answer: slow(7 * time.Second), due: []opora.Reason{opora.OK}},
		{name: "five seconds of work before anything is sent", door: scriptDoor(`f.querySelector("button").textContent = "Проверяем…"; await new Promise(r => setTimeout(r, 5000)); await send(); location.reload()`), answer: refuses401, due: []opora.Reason{opora.OK}},
		{name: "thanks, and three seconds", door: scriptDoor(`await send(); show("<h1>Выполняется вход</h1><p>Через три секунды вы будете перенаправлены в панель управления магазином.</p>"); setTimeout(() => location.reload(), 3500)`), answer: refuses401, due: []opora.Reason{opora.OK}},
		{name: "slow server", door: scriptDoor(`await send(); location.reload()`), answer: slow(7 * time.Second), due: []opora.Reason{opora.OK}},
		{name: "slow form", door: plainDoor, answer: func(w http.ResponseWriter, r *http.Request, in bool) {
			wait(9 * time.Second)
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "in", Path: "/"})
			http.Redirect(w, r, "/", http.StatusSeeOther)
		}, due: []opora.Reason{opora.OK}},
		{name: "hint while the server thinks", door: scriptDoor(`say("Долго? Иногда причина в том, что пароль введён неверно."); await send(); location.reload()`), answer: slow(7 * time.Second), due: []opora.Reason{opora.OK}},
		{name: "asked twice, the second slow", door: scriptDoor(`let [r] = await send(); if (r.status == 401) { say(""); [r] = await send() } location.reload()`), answer: fresh(6 * time.Second)},
		{name: "asked twice by the page, the second quick", door: scriptDoor(`let [r] = await send(); if (r.status == 401) { say(""); [r] = await send() } location.reload()`), answer: fresh(0)},
		{name: "another widget's error over the door", door: scriptDoor(`await send(); say("Подписка на новости: неверный e-mail"); document.body.insertAdjacentHTML("beforeend", "<div style='position:fixed;inset:0;background:#fff'><h2>Выберите филиал</h2><button>Москва</button><button>Тула</button></div>")`), answer: refuses401},
		{name: "toast of somebody else's login", door: scriptDoor(`await send(); document.body.insertAdjacentHTML("beforeend", "<div role=status>Вход в чат не удался: неверный логин чата</div><div style='position:fixed;inset:0;background:#fff'><h2>Панель</h2></div>")`), answer: refuses401},
		{name: "puzzle after a good login", door: scriptDoor(`await send(); f.insertAdjacentHTML("beforeend", "<div class=g-recaptcha data-sitekey=x></div><img src=/captcha.png alt=captcha><input name=captcha placeholder='Код с картинки'>"); say("Введите код с картинки")`), answer: refuses401},
		{name: "expired session text", door: scriptDoor(`await send(); say("Сессия истекла, войдите снова")`), answer: refuses401},
		{name: "a call refused before the answer", door: scriptDoor(`await fetch("/track", {method: "POST", body: JSON.stringify({p: f.pass.value})}); await send(); location.reload()`), answer: refuses401, due: []opora.Reason{opora.OK}},
		{name: "a call refused with the password, a slow server", door: scriptDoor(`fetch("/track", {method: "POST", body: JSON.stringify({p: f.pass.value})}); await send(); location.reload()`), answer: slow(7 * time.Second), due: []opora.Reason{opora.OK}},
	}
	for i := range list {
		list[i].right, list[i].page = true, home
	}
	return list
}

// TestFlattered: no page makes the browser believe a wrong password (R19).
func TestFlattered(t *testing.T) { deceive(t, flattered()) }

// TestSlandered: no page makes the browser call a right password wrong.
func TestSlandered(t *testing.T) { deceive(t, slandered()) }

func deceive(t *testing.T, list []liar) {
	needBrowser(t)
	for i, l := range list {
		if !pace.Long() && (i%5 != 0 || i > 0 && !pace.Alone()) {
			continue
		}
		t.Run(fmt.Sprintf("%02d %s", i, l.name), func(t *testing.T) {
			t.Parallel()
			judgeLiar(t, l)
		})
	}
}

func wait(d time.Duration) { time.Sleep(d) }
