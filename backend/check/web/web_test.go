package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"opora/backend/check"
	"opora/backend/opora"
)

func run(t *testing.T, address, login, password string) opora.Check {
	t.Helper()
	memory := &check.Memory{}
	runner := check.Runner{Checkers: map[opora.Kind]check.Checker{opora.Web: &Checker{Engine: opora.EngineHTTP}}, Ledger: memory, HostKeys: memory}
	result := runner.Check(context.Background(), opora.Credential{Kind: opora.Web, Address: address, Login: login},
		opora.Secrets{Password: opora.NewSecret(password)}, nil)
	if memory.Attempts() > 1 {
		t.Errorf("%d attempts in one check", memory.Attempts())
	}
	if text, _ := json.Marshal(result); len(password) > 4 && strings.Contains(string(text), password) {
		t.Error("the secret stands in the result")
	}
	return result
}

func want(t *testing.T, got opora.Check, reason opora.Reason) {
	t.Helper()
	if got.Finding.Reason != reason || got.Finding.Verdict != reason.Verdict() {
		t.Errorf("got %s/%s, want %s; hints %v", got.Finding.Verdict, got.Finding.Reason, reason, got.Finding.Hints)
		for _, step := range got.Evidence {
			t.Logf("  %4d ms %-8s %s", step.AtMS, step.Step, step.Detail)
		}
	}
}

// TestRefusals holds the ways in which sites turn a login down, and those in
// which they do something that only looks like it.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name   string
		refuse func(*site, http.ResponseWriter, *http.Request, map[string]string)
		reason opora.Reason
	}{
		{"message above the form, 200", said(200, "Неверный логин или пароль"), opora.BadCredentials},
		{"message above the form, 401", said(401, "Invalid credentials"), opora.BadCredentials},
		{"message in Croatian", said(200, "Pogrešna lozinka"), opora.BadCredentials},
		{"message in a language without a vocabulary", said(200, "Sai mật khẩu"), opora.Ambiguous},
		{"marked field without a word", func(_ *site, w http.ResponseWriter, _ *http.Request, _ map[string]string) {
			write(w, "Login", strings.Replace(loginForm("/login", ""), `type="password"`, `type="password" aria-invalid="true"`, 1))
		}, opora.BadCredentials},
		{"401 with words of its own", said(401, "Please come back in a quarter of an hour"), opora.Ambiguous},
		{"another cause", said(200, "Login failed: your licence has run out"), opora.Ambiguous},
		{"words about something else", said(200, "Maximum number of simultaneous sessions reached. Close another session."), opora.Ambiguous},
		{"an advertisement", said(200, `<div class="message">Sale week</div>`), opora.Ambiguous},
		{"success at the form", said(200, "Login successful! Redirecting…"), opora.Ambiguous},
		{"flash after a redirect", flash(`<p class="error">Wrong password</p>`), opora.BadCredentials},
		{"page of its own", pageOf(200, `<h1>Ошибка</h1><p>Неправильный пароль</p><a href="/login">Назад</a>`), opora.BadCredentials},
		{"page of its own, 401", pageOf(401, `<p>Login failed: bad password</p>`), opora.BadCredentials},
		{"401 without a word", pageOf(401, ""), opora.BadCredentials},
		{"account switched off", said(200, "Ваша учётная запись отключена администратором"), opora.AccountDisabled},
		{"account locked", said(200, "This account is locked"), opora.AccountLocked},
		{"no right to enter", said(200, "You are not allowed to log in here"), opora.NotPermitted},

		{"not from this address", said(200, "Вход с вашего IP-адреса запрещён"), opora.Blocked},
		{"password expired, said at the form", said(200, "Your password has expired, change your password"), opora.PasswordExpired},
		{"maintenance", said(200, "Ведутся технические работы, вход закрыт"), opora.Ambiguous},
		{"a field left empty", said(200, "Поле «Домен» обязательно для заполнения"), opora.Ambiguous},
		{"silent, the same form", said(200, ""), opora.Ambiguous},
		{"silent redirect", flash(""), opora.Ambiguous},
		{"too many attempts", said(200, "Слишком много попыток входа. Попробуйте через 15 минут"), opora.RateLimited},
		{"too many attempts, wrong password too", said(200, "Wrong password. Too many failed attempts."), opora.RateLimited},
		{"429", pageOf(429, "slow down"), opora.RateLimited},
		{"expired session", said(200, "Ваша сессия истекла, войдите снова"), opora.Ambiguous},
		{"CSRF", said(403, "Invalid CSRF token. Login failed."), opora.Ambiguous},
		{"CSRF page", pageOf(403, "<h1>Forbidden</h1><p>CSRF verification failed. Request aborted.</p>"), opora.Blocked},
		{"cookies needed", said(200, "Cookies must be enabled"), opora.Ambiguous},
		{"database down", said(200, "Временно недоступно, попробуйте позже"), opora.Ambiguous},
		{"500", pageOf(500, "<p>Login incorrect</p>"), opora.HTTPError},
		{"502", pageOf(502, "Bad gateway"), opora.HTTPError},
		{"firewall", pageOf(403, "<h1>Access denied</h1><p>Request blocked by the firewall</p>"), opora.Blocked},
		{"captcha at the second look", pageOf(200, `<form method="post" action="/login"><input name="user"><input type="password" name="pass"><input name="captcha" placeholder="код с картинки"><button>Войти</button></form>`), opora.Captcha},
		{"a page that says nothing", pageOf(200, "<p>OK</p>"), opora.Ambiguous},
		{"an empty answer", pageOf(200, ""), opora.Ambiguous},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := guarded(test.refuse)
			server := httptest.NewServer(s)
			defer server.Close()
			want(t, run(t, server.URL, user, "not the one"), test.reason)
			want(t, run(t, server.URL+"/login", user, right), opora.OK)
			if s.attempts != 2 || s.sent[1] != right {
				t.Errorf("%d attempts reached the site", s.attempts)
			}
		})
	}
}

// TestAccepted holds what follows a right password.
func TestAccepted(t *testing.T) {
	for _, test := range []struct {
		name   string
		follow func(*site, http.ResponseWriter, *http.Request, map[string]string)
		reason opora.Reason
	}{
		{"public landing", func(_ *site, w http.ResponseWriter, r *http.Request, session map[string]string) {
			session["user"] = user
			http.Redirect(w, r, "/", http.StatusFound)
		}, opora.OK},
		{"meta refresh", func(_ *site, w http.ResponseWriter, _ *http.Request, session map[string]string) {
			session["user"] = user
			write(w, "Вход выполнен", `<meta http-equiv="refresh" content="0; url=/panel"><p>Сейчас вы будете перенаправлены</p>`)
		}, opora.OK},
		{"answer without a page", func(_ *site, w http.ResponseWriter, _ *http.Request, session map[string]string) {
			session["user"] = user
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, `{"ok":true}`)
		}, opora.OK},
		{"leads to another host", func(_ *site, w http.ResponseWriter, r *http.Request, session map[string]string) {
			session["user"] = user
			http.Redirect(w, r, "https://app.invalid/", http.StatusFound)
		}, opora.OK},
		{"second factor", func(_ *site, w http.ResponseWriter, _ *http.Request, _ map[string]string) {
			write(w, "Проверка", `<p>Введите код из приложения</p><form method="post" action="/code"><input name="otp" autocomplete="one-time-code"><button>Подтвердить</button></form>`)
		}, opora.SecondFactor},
		{"forced change", func(_ *site, w http.ResponseWriter, _ *http.Request, _ map[string]string) {
			write(w, "Пароль", `<p>Срок действия пароля истёк, задайте новый пароль</p><form method="post" action="/change"><input type="password" name="new1"><input type="password" name="new2"><button>Сохранить</button></form>`)
		}, opora.PasswordExpired},
		{"forced change in a form like the door's", func(_ *site, w http.ResponseWriter, _ *http.Request, _ map[string]string) {
			write(w, "Login", `<div class="error">Your password has expired, choose a new password</div><form method="post" action="/login"><input name="user"><input type="password" name="pass"><input type="password" name="new1"><input type="password" name="new2"><button>OK</button></form>`)
		}, opora.PasswordExpired},
		{"code in a form like the door's", func(_ *site, w http.ResponseWriter, _ *http.Request, _ map[string]string) {
			write(w, "Login", `<div class="error">Enter the verification code from your authenticator app</div><form method="post" action="/login"><input type="password" name="pass" autocomplete="one-time-code"><button>OK</button></form>`)
		}, opora.SecondFactor},
		{"consent", func(_ *site, w http.ResponseWriter, _ *http.Request, _ map[string]string) {
			write(w, "Terms", `<p>New terms</p><form method="post" action="/terms"><label><input type="checkbox" name="agree"> I agree to the terms of service</label><button>Continue</button></form>`)
		}, opora.Consent},
		// What looks accepted and is not.
		{"a cookie and the same page for all", func(_ *site, w http.ResponseWriter, _ *http.Request, _ map[string]string) {
			http.SetCookie(w, &http.Cookie{Name: "auth", Value: "1"})
			write(w, "Shop", "<h1>Добро пожаловать</h1>")
		}, opora.Ambiguous},
		{"an error page that only its session may see", func(s *site, w http.ResponseWriter, r *http.Request, session map[string]string) {
			session["failed"] = "1"
			http.Redirect(w, r, "/failed", http.StatusFound)
		}, opora.Ambiguous},
		{"recovery that only this session may see", leadsTo(`<h1>Восстановление доступа</h1><form method="post"><input name="mail" type="email"><button>Дальше</button></form>`), opora.Ambiguous},
		{"an apology that only this session may see", leadsTo(`<h1>Sorry</h1><p>That was not it. <a href="/retry">Back</a></p>`), opora.Ambiguous},
		{"a guest's page with a way out", leadsTo(`<p>You are browsing as a guest.</p><a href="/logout">Log out</a>`), opora.Ambiguous},
		{"a code asked for without the usual words", leadsTo(`<h1>Один шаг</h1><form method="post"><input name="d1" maxlength="1"><button>Дальше</button></form><a href="/logout">Отменить и выйти</a>`), opora.Ambiguous},
		{"new rules to be accepted by a button", leadsTo(`<h1>Мы обновили правила</h1><form method="post" action="/go"><input type="hidden" name="ok" value="1"><button>Продолжить</button></form><a href="/logout">Выйти</a>`), opora.Ambiguous},
		{"a push to be approved", leadsTo(`<p>Approve the two-step request on your phone</p><a href="/logout">Cancel and log out</a>`), opora.SecondFactor},
		{"the account is remembered, and asked again", leadsTo(`<h1>Hello, anna</h1><p class="error">Wrong password</p><form method="post"><input type="password" name="password"><button>Continue</button></form><a href="/logout">Not you? Sign out</a>`), opora.Ambiguous},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := guarded(test.follow)
			s.page("GET /failed", func(w http.ResponseWriter, r *http.Request) {
				if s.session(w, r)["failed"] == "" {
					http.Redirect(w, r, "/login", http.StatusFound)
					return
				}
				write(w, "Ошибка", "<p>Неверный пароль пользователя</p>")
			})
			s.page("GET /between", func(w http.ResponseWriter, r *http.Request) {
				text := s.session(w, r)["between"]
				if text == "" {
					http.Redirect(w, r, "/login", http.StatusFound)
					return
				}
				write(w, "", text)
			})
			server := httptest.NewServer(s)
			defer server.Close()
			want(t, run(t, server.URL+"/login", user, "taken as the case says"), test.reason)
		})
	}
}

// TestDoors holds the ways to the form.
func TestDoors(t *testing.T) {
	form := func(fields string) func(w http.ResponseWriter, r *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { write(w, "Login", fields) }
	}
	for _, test := range []struct {
		name    string
		path    string
		prepare func(s *site)
		reason  opora.Reason
	}{
		{"site root", "/", func(*site) {}, opora.OK},
		{"no path", "", func(*site) {}, opora.OK},
		{"deep page that does not exist", "/catalog/42?x=1", func(*site) {}, opora.OK},
		{"the panel itself", "/panel", func(*site) {}, opora.OK},
		{"stray full stop", "/login.", func(*site) {}, opora.OK},
		{"a meta refresh before the door", "/go", func(s *site) {
			s.page("GET /go", form(`<meta http-equiv="Refresh" content="1;URL='/login'">`))
		}, opora.OK},
		{"among other forms", "/many", func(s *site) {
			s.page("GET /many", func(w http.ResponseWriter, r *http.Request) {
				write(w, "Many", `<form action="/find"><input name="q"><button>Поиск</button></form>
				<form method="post" action="/register"><h2>Регистрация</h2><input name="user"><input name="mail" type="email"><input type="password" name="pass" autocomplete="new-password"><input type="password" name="pass2"><button>Зарегистрироваться</button></form>
				<form method="post" action="/subscribe"><input type="email" name="mail"><button>Подписаться</button></form>`+loginForm("/login", ""))
			})
		}, opora.OK},
		{"formaction and multipart", "/odd", func(s *site) {
			s.page("GET /odd", form(`<form method="post" action="/nowhere" enctype="multipart/form-data"><input name="user"><input type="password" name="pass"><button name="go" value="1" formaction="/login">Войти</button></form>`))
		}, opora.OK},
		{"fields outside of the form", "/apart", func(s *site) {
			s.page("GET /apart", form(`<input name="user" form="f"><input type="password" name="pass" form="f"><form id="f" method="post" action="/login"><button>Войти</button></form>`))
		}, opora.OK},
		{"base address", "/base", func(s *site) {
			s.page("GET /base", form(`<base href="/"><form method="post" action="login"><input name="user"><input type="password" name="pass"><button>Войти</button></form>`))
		}, opora.OK},
		{"the name first", "/name", func(s *site) {
			s.page("GET /name", form(`<h1>Вход</h1><form method="post" action="/name"><input name="user" type="email"><button>Далее</button></form>`))
			s.page("POST /name", func(w http.ResponseWriter, r *http.Request) {
				write(w, "Вход", `<p>%s</p><form method="post" action="/login"><input type="hidden" name="user" value="%s"><input type="password" name="pass"><button>Войти</button></form>`, r.PostFormValue("user"), r.PostFormValue("user"))
			})
		}, opora.OK},
		{"password in the address", "/get", func(s *site) {
			s.page("GET /get", form(`<form action="/login"><input name="user"><input type="password" name="pass"><button>Войти</button></form>`))
		}, opora.Unsupported},
		{"password hashed by the page", "/hash", func(s *site) {
			s.page("GET /hash", form(`<script src="/js/md5.js"></script><form method="post" action="/login" onsubmit="f()"><input name="user"><input type="password" name="pass"><button>Войти</button></form>`))
		}, opora.Unsupported},
		{"fields without names", "/nameless", func(s *site) {
			s.page("GET /nameless", form(`<div id="app"><input id="u"><input id="p" type="password"><button>Войти</button></div><script src="/app.js"></script>`))
		}, opora.Unsupported},
		{"captcha at the door", "/captcha", func(s *site) {
			s.page("GET /captcha", form(`<form method="post" action="/login"><input name="user"><input type="password" name="pass"><div class="g-recaptcha" data-sitekey="x"></div><button>Войти</button></form>`))
		}, opora.Captcha},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := guarded(said(200, "Неверный пароль"))
			if test.reason != opora.OK {
				s = newSite() // nothing but this page
			}
			test.prepare(s)
			server := httptest.NewServer(s)
			defer server.Close()
			want(t, run(t, server.URL+test.path, user, right), test.reason)
			if test.reason != opora.OK && s.attempts > 0 {
				t.Error("something was sent")
			}
		})
	}
}

func TestNoDoor(t *testing.T) {
	s := newSite()
	s.page("/", func(w http.ResponseWriter, _ *http.Request) {
		write(w, "Визитка", `<p>Мы печём хлеб</p><form><input name="q"><button>Поиск</button></form><form method="post" action="/news"><input type="email" name="mail"><button>Подписаться</button></form>`)
	})
	server := httptest.NewServer(s)
	defer server.Close()
	want(t, run(t, server.URL, user, right), opora.NoLoginForm)
}

// TestElsewhere: nothing secret goes to an origin that the operator did not name.
func TestElsewhere(t *testing.T) {
	stolen := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			stolen++
		}
		write(w, "Login", loginForm("/login", ""))
	}))
	defer other.Close()
	for name, first := range map[string]http.HandlerFunc{
		"redirect":    func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) },
		"form action": func(w http.ResponseWriter, _ *http.Request) { write(w, "x", loginForm(other.URL+"/login", "")) },
		"formaction": func(w http.ResponseWriter, _ *http.Request) {
			write(w, "x", `<form method="post" action="/l"><input name="user"><input type="password" name="pass"><button formaction="`+other.URL+`">Войти</button></form>`)
		},
		"base": func(w http.ResponseWriter, _ *http.Request) {
			write(w, "x", `<base href="`+other.URL+`/"><form method="post" action="l"><input name="user"><input type="password" name="pass"><button>Войти</button></form>`)
		},
		"link": func(w http.ResponseWriter, _ *http.Request) {
			write(w, "x", `<a href="`+other.URL+`/login">Войти</a>`)
		},
		"meta refresh": func(w http.ResponseWriter, _ *http.Request) {
			write(w, "x", `<meta http-equiv="refresh" content="0;url=`+other.URL+`">`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(first)
			defer server.Close()
			got := run(t, server.URL, user, right)
			if got.Finding.Verdict == opora.Works || got.Finding.Verdict == opora.Rejected {
				t.Errorf("got %s", got.Finding.Reason)
			}
		})
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint("answer ", status), func(t *testing.T) {
			s := guarded(func(_ *site, w http.ResponseWriter, r *http.Request, _ map[string]string) {
				http.Redirect(w, r, other.URL+"/login", status)
			})
			server := httptest.NewServer(s)
			defer server.Close()
			want(t, run(t, server.URL, user, "wrong one"), opora.Ambiguous)
		})
	}
	if stolen > 0 {
		t.Errorf("%d forms were sent to the other origin", stolen)
	}
}

// TestCharset: an old Russian site gets the password in its own bytes.
func TestCharset(t *testing.T) {
	var got string
	s := newSite()
	s.page("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=windows-1251")
		body, _ := charmap.Windows1251.NewEncoder().String("<html><body>" + loginForm("/login", "") + "</body></html>")
		_, _ = fmt.Fprint(w, body)
	})
	s.page("POST /login", func(w http.ResponseWriter, r *http.Request) {
		got, _ = charmap.Windows1251.NewDecoder().String(r.PostFormValue("pass"))
		w.Header().Set("Content-Type", "text/html; charset=windows-1251")
		body, _ := charmap.Windows1251.NewEncoder().String("<html><body>" + loginForm("/login", "<p>Неверный пароль</p>") + "</body></html>")
		_, _ = fmt.Fprint(w, body)
	})
	server := httptest.NewServer(s)
	defer server.Close()
	want(t, run(t, server.URL, user, "Ключ☺"), opora.BadCredentials)
	if got != "Ключ&#9786;" {
		t.Errorf("the site got %q", got)
	}
}

// TestPrefilled: a form that remembers the login, or counts attempts for the
// session, is still the form.
func TestPrefilled(t *testing.T) {
	s := guarded(nil)
	s.mux = http.NewServeMux()
	s.page("GET /", func(w http.ResponseWriter, r *http.Request) {
		session := s.session(w, r)
		write(w, "Login", loginForm("/", "<p>Попытка "+session["n"]+"</p><p>Вы вошли как гость</p>"))
	})
	s.page("POST /", func(w http.ResponseWriter, r *http.Request) {
		s.session(w, r)["n"] = user
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	server := httptest.NewServer(s)
	defer server.Close()
	want(t, run(t, server.URL, user, "wrong one"), opora.Ambiguous)
}

func TestFresh(t *testing.T) {
	s := guarded(said(200, "Wrong password"))
	server := httptest.NewServer(s)
	defer server.Close()
	want(t, run(t, server.URL, user, right), opora.OK)
	want(t, run(t, server.URL, user, "not this"), opora.BadCredentials) // the first check's session carries nothing over
}
