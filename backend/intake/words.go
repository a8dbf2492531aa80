package intake

import (
	"strings"

	"opora/backend/opora"
)

// hint is what a word tells about the kind: an [opora.Kind], or one of the
// wider ones below, which need more evidence.
type hint string

const (
	hintServer hint = "server" // some machine: SSH unless it looks otherwise
	hintDB     hint = "db"
	hintMail   hint = "mail"
	hintAPI    hint = "api"
	hintAccess hint = "access" // "доступы": says that credentials follow, not which
)

func kindHint(k opora.Kind) hint { return hint(k) }

// field is what a label names.
type field int

const (
	noField field = iota
	login
	email // a login unless a better one is near
	secret
	passphrase
	token
	address
	port
	database
	encryption
	pair    // "логин/пароль"
	parried // "пароль/логин"
	ignored // its value is none of ours: a name, a phone number, an old password
)

// phraseTable turns "a b|c d" lists into a map from phrase to what it means.
func phraseTable[T comparable](groups map[T]string) map[string]T {
	table := map[string]T{}
	for meaning, list := range groups {
		for _, phrase := range strings.Split(strings.Join(strings.Fields(list), " "), "|") {
			table[strings.TrimSpace(phrase)] = meaning
		}
	}
	return table
}

// longestPhrase is how many words the longest phrase of the tables has.
const longestPhrase = 4

// labels are the words that name a field. Words are lower case, ё is е, and
// identifiers are split: DB_USER_NAME is looked up as "db user name".
var labels = withTypos(phraseTable(map[field]string{
	login: `логин|логином|логину|логины|логина|юзер|юзером|юзернейм|user|users|username|user name|user id|userid|usr|uname|
		пользователь|пользователем|пользователя|имя пользователя|имя юзера|имя входа|имя для входа|имя учетной записи|
		учетная запись|учетной записью|учетную запись|учетка|учеткой|учетку|уч запись|уч з|аккаунт|аккаунтом|акк|account|account name|login|login name|
		login id|log in|logon|логін|лог|ник|никнейм|nickname|client id|access key id|access key|db user|user login|
		dbuser|dbusername|un|под|как|as|as user|под именем|под юзером|под учеткой|admin name|имя администратора|имя админа|login as|log in as|logged in as|sign in as|идентификатор пользователя|benutzer|benutzername|gebruikersnaam|gebruiker|nome utente|nazwa użytkownika|utilisateur|usuario|log|l|u|л|ю|bind dn|binddn|loginname|логин пользователя|имя пользователя логин`,
	email: `email|e mail|мейл|имейл|емейл|емайл|имэйл|мэйл|мыло|почта|почтой|mail|электронная почта|эл почта|адрес почты|
		адрес электронной почты|почтовый ящик|почтовый адрес|ящик|mailbox|email address|e mail address|login email|эл адрес`,
	secret: `пароль|паролем|паролю|пароли|пороль|парол|парль|пороль|пассворд|пасворд|пассвордом|пасс|пас|пассом|пароля|
		pass|passwd|password|pgpassword|mysql pwd|sshpass|passw|pwd|pw|psw|psswd|passwort|parol|pasword|passsword|passwrd|kennwort|wachtwoord|hasło|senha|lösenord|contraseña|mot de passe|pas|p|п|пар|пс|app password|application password|secret key|
		secret access key|client secret|requirepass|dbpass|dbpassword|user password|user pass|userpass|пароль приложения|
		пароль пользователя|user pwd|userpassword|access code|код доступа|пароль учетной записи|password for user|
		passcode|storepass|bind password|login password|login pass|пароль для входа|пароль входа`,
	passphrase: `passphrase|pass phrase|key password|key passphrase|парольная фраза|парольной фразой|пароль ключа|кодовая фраза|фраза ключа|фраза к ключу|
		passphrase ключа|ключевая фраза|секретная фраза|пассфраза|пасфраза`,
	token: `token|токен|токеном|api key|api token|apikey|api ключ|ключ api|апи ключ|ключ апи|access token|bearer|bearer token|auth token|
		api токен|токен api|апи токен|токен доступа|personal access token|authorization bearer|x api key|ключ доступа|authtoken|api secret key|
		accesstoken|apitoken|токен апи|authorization token|ключ к api|ключ к апи`,
	address: `адрес|адреса|ссылка|ссылку|ссылке|сайт|сайта|url|урл|юрл|link|линк|host|hostname|host name|хост|хоста|хостнейм|server|servername|
		сервер|server name|ip|айпи|ай пи|ip address|ip адрес|ip адрес сервера|ip сервера|айпи сервера|адрес сервера|домен|domain|site|website|
		web site|login url|login page|login link|admin url|admin link|site url|страница входа|адрес входа|адрес для входа|ссылка для входа|
		ссылка на вход|вход|войти|endpoint|base url|api url|data source|datasource|addr|address|server address|имя сервера|имя хоста|
		адрес хоста|адрес сайта|адрес панели|адрес админки|ссылка на админку|ссылка на сайт|адресс|сылка|domain name|web address|
		доменное имя|homepage|siteurl|адреса сайта|url адрес|web адрес|панель доступна по адресу|login at|log in at|server ip|computer|компьютер|
		узел|шлюз|machine|хостнэйм|external ip|public ip|public dns|внешний ip|основной ip|url панели|url админки|сервер ip|ip хост|хост ip|где`,
	port:     `порт|port|порта|порту|портом|портe|ssh port|ssh порт`,
	database: `имя базы|имя базы данных|имя бд|название базы|название бд|название базы данных|база|бд|база данных|database|database name|db|db name|dbname|schema|схема|initial catalog|db database|имя db|имя бд mysql|databasename|catalog`,
	encryption: `шифрование|encryption|ssl|tls|security|защита соединения|тип шифрования|безопасность|безопасность соединения|
		connection security|протокол шифрования`,
	pair: `логин пароль|login password|login pass|логин пасс|user pass|user password|log pass|логины пароли|юзер пасс|username password|логпас|
		лог пас|лог пасс|лог пароль|login pwd|логинпароль|л п|лп|креды|credentials|creds|данные для входа|данные входа|данные доступа|кредсы|
		реквизиты доступа|учетные данные|login details|login credentials|login info|логин парол`,
	parried: `пароль логин|password login|pass login|password username`,
	ignored: `имя|фио|name|full name|first name|last name|фамилия|phone|телефон|тел|моб|phone number|mobile|номер телефона|заказ|номер заказа|order|order id|
		order number|ticket|тикет|тикета|код|code|инн|кпп|огрн|dns|ns|dns сервер|dns серверы|dns сервера|name server|name servers|nameserver|nameservers|
		ns сервер|ns серверы|секретный вопрос|секретное слово|ответ на секретный вопрос|лицензионный ключ|license key|licence key|лицензия|license|
		серийный номер|serial|from|subject|cc|sent|тема|кому|от кого|дата|date|browser|браузер|version|версия|old password|старый пароль|
		старый пасс|прежний пароль|предыдущий пароль|previous password|invoice|счет|договор|номер договора|contract|договора|имя клиента|имя владельца|
		company|компания|organization|организация|skype|скайп|телега|telegram|телеграм|whatsapp|ватсап|error|ошибка|message|сообщение|exception|
		user agent|referer|текущий тариф|тариф|plan|баланс|balance|домашняя папка|root directory|home directory|корневая папка|каталог|папка|
		путь|path|directory|hint|подсказка|кодовое слово|public key|публичный ключ|открытый ключ|fingerprint|отпечаток|mac|wifi|wi fi|вайфай|
		prefix|префикс|charset|кодировка|timezone|pin|пин|пин код|pin код|cvv|карта|номер карты|паспорт|otp|одноразовый код|код из смс|sms код|смс код|
		номеру|по номеру|номеру телефона|телефону|по телефону|номеру договора|договору|код подтверждения|verification code|промокод|promo code|promocode|coupon|купон`,
}))

// kinds are the words that tell which sort of door is meant.
var kinds = withCases(phraseTable(map[hint]string{
	"ssh":      `ssh|ссш|ssh доступ|shell|шелл|putty|терминал|консоль сервера|root доступ|openssh|ssh ключ|ssh key`,
	"sftp":     `sftp|сфтп`,
	"ftp":      `ftp|фтп|ftp доступ|filezilla|файлзилла`,
	"ftps":     `ftps|фтпс`,
	"webdav":   `webdav|вебдав|web dav|dav`,
	"mysql":    `mysql|mysql2|mysql5|mysql8|pdo mysql|mariadb|мускул|мускуль|my sql|maria db|майскул|mysqli`,
	"postgres": `postgres|postgresql|pgsql|постгрес|постгря|postgre|pg|psql|постгресс`,
	"redis":    `redis|редис`,
	"mssql":    `mssql|ms sql|sql server|sqlserver|mssqlserver`,
	"mongodb":  `mongo|mongodb|монго|mongo db|монга`,
	"imap":     `imap|имап|imap4|входящая почта|сервер входящей почты|incoming mail|incoming server|incoming mail server|входящие|incoming`,
	"pop3":     `pop3|pop|поп3|pop 3`,
	"smtp":     `smtp|смтп|исходящая почта|сервер исходящей почты|outgoing mail|outgoing server|outgoing mail server|исходящие|outgoing|phpmailer`,
	"ldap":     `ldap|лдап|active directory|ldaps`,
	"rdp":      `rdp|рдп|удаленный рабочий стол|удаленный стол|удаленного рабочего стола|удаленному рабочему столу|удаленка|удаленке|удаленку|удаленки|remote desktop|терминальный сервер|терминальный|терминальному серверу|mstsc|терминальник|windows server`,
	"basic":    `basic|basic auth|basic authentication|http auth|http авторизация|http авторизации|http авторизацию|http авторизацией|базовая авторизация|базовая авторизации|базовая авторизацию|базовая авторизацией|basic авторизация|basic авторизации|basic авторизацию|basic авторизацией|htpasswd|http basic|htaccess|http аутентификация|http authentication|базовая аутентификация|бейсик`,
	"digest":   `digest|digest auth|digest авторизация|http digest`,
	"bearer":   `bearer|bearer auth`,
	"web": `админка|админку|админки|админке|админкой|админ панель|админ панели|админпанель|админ часть|админская панель|панель|панели|панель управления|панели управления|wordpress|вордпресс|вордпрес|
		wp|вп|joomla|джумла|bitrix|битрикс|битрикса|битрикс24|opencart|опенкарт|modx|cms|crm|црм|cpanel|ispmanager|isp manager|isp|plesk|плеск|directadmin|direct admin|vesta|hestia|vestacp|
		fastpanel|aapanel|личный кабинет|личного кабинета|личном кабинете|личному кабинету|лк|кабинет|кабинета|кабинету|phpmyadmin|php my admin|пхпмайадмин|pma|adminer|аккаунт хостинга|
		admin panel|control panel|dashboard|backend|админ|back office|web panel|webmail|вебмейл|веб почта|веб интерфейс|web interface|webui|admin area|wp admin|
		регистратор|регистратора|регистратору|registrar|hosting|хостинг|хостинга|хостингу|хостинге|партнерка|партнерки|партнерке|партнерский кабинет|affiliate|grafana|графана|jira|gitlab|трекер|трекера|трекеру|трекере|tracker|магазин|магазина|магазину|
		drupal|magento|prestashop|tilda|тильда|wix|shopify|dokuwiki|moodle|nextcloud|jenkins|roundcube|сайт|сайта|сайту|сайте|website|site|админу|портал|portal|billing|биллинг|биллингу|биллинга|биллинг панель|панельку|панелька|
		proxmox|esxi|роутер|роутера|роутеру|роутере|router|keitaro|кейтаро|binom|бином|рекламный кабинет|account area|client area|форум|форума|форуму|wiki|вики|интернет магазин|кабинета хостинга|staging|стейдж|стейджинг|тестовый сайт|демо`,
	hintServer: `сервер|сервера|серверу|сервере|серваку|сервак|сервака|server|vps|vds|впс|вдс|дедик|дедика|выделенный сервер|виртуальный сервер|dedicated|dedicated server|машина|виртуалка|виртуалку|виртуалке|тачка|droplet|дроплет|instance|инстанс|node|сервер vps|bastion|хост машина`,
	hintDB:     `бд|база|базы|базе|базу|базой|база данных|базы данных|базе данных|базу данных|database|db|субд|sql|баз данных`,
	hintMail:   `почта|почты|почте|почту|почтовый ящик|почтового ящика|почтовому ящику|ящик|ящика|mailbox|mail|email|e mail|mail server|почтовый сервер|имейл|электронная почта|электронной почты|outlook|thunderbird|почтовый клиент`,
	hintAPI:    `api|апи|rest api`,
	hintAccess: `доступ|доступы|доступа|доступов|access|accesses|креды|credentials|creds|данные для входа|реквизиты|login details|входные данные|login info|данные для доступа|учетные данные|логин и пароль|логины и пароли|login and password|данные для подключения|подключение|connection details|кредсы|логопасы|логопас|log pass`,
}))

// connectors are the words that may stand between a label and its value.
var connectors = wordSet(`от для к ко на в во у из по под с за is are was the a an for to of at in on это будет такой следующий такая такие следующие стандартный стандартные default моя
	мой наш наша вот my our this that new новый новая свежий временный временная temporary temp current текущий основной вашего ваш ваша your нового нашего нашей`)

// shortLabels are labels only with a colon, and next to their partner.
var shortLabels = wordSet(`l u p л ю п пар пс log pas`)

// leaders are the words that may stand before a label as a part of it.
var leaders = wordSet(`новый новая новые временный временная temporary temp new current текущий основной ваш ваша ваши your мой моя my наш наша our the
	admin administrator root админский админ рутовый рут главный общий тестовый test и and initial default стартовый первичный primary main full полный
	remote удаленный sa wp application app web веб account user master мастер personal database auth http smtp imap own`)

// same are the words by which a customer says that a value was given before.
var same = wordSet(`тот та те той то же такой такая такие таким тем same аналогичный аналогично аналогичные аналогичен идентичный идентичен идентичны одинаковый такойже тотже теже так`)

// commonLogins are names that are nearly always a login where one may stand.
var commonLogins = wordSet(`admin administrator root user test demo support manager info webmaster postgres mysql deploy ubuntu debian centos ec2-user
	admin1 admin2 guest moderator editor operator sysadmin developer dev adm админ superuser superadmin bitrix www-data sa ftp ftpuser backup owner
	administrator1 tech helpdesk office sales git jenkins staging stage site shop api seo content redactor menedzher buh buhgalter director hostmaster master wpadmin tester moder zabbix wp-admin администратор`)

// notValues are the words that stand where a value would and are none: they
// belong to a sentence about passwords, to an error text or to a form.
var notValues = wordSet(`yes no none null nil undefined true false required incorrect invalid wrong same the is was not n/a na tbd hidden redacted
	optional string text varchar see below above sent will in on attached later please and or for to of must should cannot can't doesn't has been
	expired reset changed forgotten unknown protected authentication empty it if as with my your our a an there here missing but because that this
	so when what how who where by at from you i we they he she needs need does do did are were be have had can could would might may page form
	field fields data details info information button screen link works work working fails fail failed error errors doesnt dont don't won't didn't
	нет не да тот та те такой забыл забыла забыли пустой пусто ниже выше потом позже пришлю скину отправлю отправил отправила вышлю дам скажу напишу
	неверный неправильный указан указать введите введен нужен нужно пришлите прислать укажите неизвестен неизвестно скрыт верный правильный
	подходит подошел принимает принимается работает меняли менял сменил сменили поменял поменяли сбросил сброшен изменен в во на от для к и или из у с по
	что как где когда если но а же бы ли то это этот мой ваш наш их его ее уже еще очень можно надо был была было были есть стоит знаю помню
	ваш_логин ваш_пароль your_password your_login yourpassword yourlogin mypassword your-password your_username yourusername username_here password_here database_name_here changeme_placeholder
	вам вас нам смс sms лично отдельно письмом почту телефону пароль логин пароля логина ваш-пароль secret_here <password> <login> <пароль> <логин>
	placeholder example пример values value using authenticate login user username password( passwords reminder recovery strength length policy manager hint
	prompt expired. incorrect. invalid. wrong. again again. now now. now? too either successfully успешно заново снова пароли совпадают
	attempts attempt tab menu section fixed broken changed. reset. тоже также весь все всё она он они мне меня мной вами нами тебя себе оба обе
	доступ доступы старый новый прежний корректный действует просрочен истек утерян потерян слишком должен должна обязателен обязательное минимум максимум`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

// looksAlike maps Latin letters to the Cyrillic ones that look the same; only
// labels are compared this way, never values.
var looksAlike = strings.NewReplacer("a", "а", "e", "е", "o", "о", "p", "р", "c", "с", "x", "х", "y", "у", "k", "к", "m", "м", "t", "т", "b", "в", "h", "н", "i", "і")

// folded is a word as the tables have it.
func folded(word string) string {
	latin, other, upper, yo := false, false, false, false
	for i := range len(word) {
		switch ch := word[i]; {
		case ch >= 0x80:
			other = true
			// Capital Cyrillic letters are D0 90 to D0 AF, and Ё is D0 81.
			if ch == 0xd0 && i+1 < len(word) && word[i+1] < 0xb0 || ch != 0xd0 && ch != 0xd1 && ch >= 0xc0 {
				upper = true
			}
			if ch == 0xd1 && i+1 < len(word) && word[i+1] == 0x91 {
				yo = true
			}
		case ch >= 'A' && ch <= 'Z':
			latin, upper = true, true
		case ch >= 'a' && ch <= 'z':
			latin = true
		}
	}
	if upper {
		word = strings.ToLower(word)
		yo = yo || other && strings.Contains(word, "ё")
	}
	if yo {
		word = strings.ReplaceAll(word, "ё", "е")
	}
	if latin && other && opora.MixesScripts(word) {
		if _, known := kinds[word]; !known {
			word = looksAlike.Replace(word)
		}
	}
	return word
}
