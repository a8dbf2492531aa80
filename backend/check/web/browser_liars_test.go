package web_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"opora/backend/opora"
)

const navigation = `"<nav><a href='#/orders'>Заказы</a> <a href='#/goods'>Товары</a> <a href='#/money'>Деньги</a> <a href='#/staff'>Сотрудники</a> <button>Выйти</button></nav><h1>Панель</h1>"`

// flattered are wrong passwords that a page would like to be believed.
func flattered() []liar {
	list := []liar{
		{name: "dashboard painted over a refusal", door: scriptDoor(`await send(); show(` + navigation + `)`), answer: refuses401},
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
	for _, of := range [][2]string{
		{"sign-up page after a refusal", links + `<h1>Создайте аккаунт</h1><form method=post action=/signup><input name=email><input type=password name=new autocomplete=new-password><button>Создать</button></form>`},
		{"failed page with a way out after a refusal", `<h1>Войти не удалось</h1><p>Проверьте раскладку</p><a href=/logout>Выйти</a>`},
	} {
		list = append(list, liar{name: of[0], door: plainDoor, answer: attempt, page: only(func() string { return of[1] })})
	}
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
	const hide = `const o = {user: f.user.value, h: f.pass.value.length == 18 ? "` + hashed + `" : "no"}; `
	var stale atomic.Bool
	fresh := func(w http.ResponseWriter, r *http.Request, in bool) {
		if !stale.Swap(true) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		refuses401(w, r, in)
	}
	list := []liar{
		{name: "counter refused after a good login", door: scriptDoor(`const [r] = await send(); fetch("/track", {method: "POST", body: "{}"}); location.reload()`), answer: refuses401, due: []opora.Reason{opora.OK}},
		{name: "optional call forbidden after a good login", door: scriptDoor(`const [r] = await send(); await fetch("/extra", {method: "POST", body: "{}"}); location.reload()`), answer: refuses401, due: []opora.Reason{opora.OK}},
		{name: "hidden password and a refused counter", door: scriptDoor(hide + `fetch("/track", {method: "POST", body: "{}"}); await send(o); location.reload()`), answer: refuses401, due: []opora.Reason{opora.OK}},
		{name: "slow form", door: plainDoor, answer: func(w http.ResponseWriter, r *http.Request, in bool) {
			time.Sleep(9 * time.Second)
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "in", Path: "/"})
			http.Redirect(w, r, "/", http.StatusSeeOther)
		}, due: []opora.Reason{opora.OK}},
		{name: "asked twice by the page, the second quick", door: scriptDoor(`let [r] = await send(); if (r.status == 401) { say(""); [r] = await send() } location.reload()`), answer: fresh},
		{name: "puzzle after a good login", door: scriptDoor(`await send(); f.insertAdjacentHTML("beforeend", "<div class=g-recaptcha data-sitekey=x></div><img src=/captcha.png alt=captcha><input name=captcha placeholder='Код с картинки'>"); say("Введите код с картинки")`), answer: refuses401},
		{name: "expired session text", door: scriptDoor(`await send(); say("Сессия истекла, войдите снова")`), answer: refuses401},
		{name: "a call refused before the answer", door: scriptDoor(`await fetch("/track", {method: "POST", body: JSON.stringify({p: f.pass.value})}); await send(); location.reload()`), answer: refuses401, due: []opora.Reason{opora.OK}},
	}
	for i := range list {
		list[i].right, list[i].page = true, home
	}
	return list
}

// TestFlattered has pages that would have a wrong password believed (R19).
func TestFlattered(t *testing.T) { deceive(t, flattered()) }

// TestSlandered has pages that make a right password look wrong.
func TestSlandered(t *testing.T) { deceive(t, slandered()) }

func deceive(t *testing.T, list []liar) {
	needBrowser(t)
	for i, l := range list {
		if !*long && i%4 != 0 {
			continue
		}
		t.Run(fmt.Sprintf("%02d %s", i, l.name), func(t *testing.T) {
			t.Parallel()
			judgeLiar(t, l)
		})
	}
}
