export namespace access {
	
	export enum State {
	    Checking = "checking",
	    Done = "done",
	    Offline = "offline",
	    Ready = "ready",
	    Saved = "saved",
	    Waiting = "waiting",
	}
	export interface Change {
	    kind?: opora.Kind;
	    address?: string;
	    login?: string;
	    password?: string;
	    key?: string;
	    passphrase?: string;
	    fingerprint?: string;
	}
	export interface Draft {
	    id: number;
	    intakeId: number;
	    kind: opora.Kind;
	    address: string;
	    login: string;
	    options: opora.Options;
	    hasPassword: boolean;
	    hasKey: boolean;
	    hasPassphrase: boolean;
	    keyFacts: string;
	    warnings: intake.Warning[];
	    state: State;
	    steps: opora.Step[];
	    checked: boolean;
	    check: opora.Check;
	    handedOver: boolean;
	    hasPicture: boolean;
	    failure: opora.Code;
	    failureField: string;
	    credentialId: number;
	}
	export interface Intake {
	    id: number;
	    revision: number;
	    customerId: number;
	    customer: string;
	    at: string;
	    expiresAt: string;
	    segments: intake.Segment[];
	    drafts: Draft[];
	}

}

export namespace bridge {
	
	export interface State {
	    version: string;
	    system: string;
	    dataFolder: string;
	    failure: opora.Code;
	    moved: string;
	    keyring: opora.Code;
	    online: boolean;
	    tray: boolean;
	    browser: boolean;
	    language: string;
	}
	export interface Tally {
	    all: number;
	    tags: Record<string, number>;
	}

}

export namespace desk {
	
	export interface Line {
	    name: string;
	    state: string;
	    detail: string;
	    code: opora.Code;
	}
	export interface Target {
	    article: number;
	    anchor: string;
	    address: string;
	}

}

export namespace intake {
	
	export interface Segment {
	    text: string;
	    access: number;
	    field: string;
	}
	export interface Warning {
	    code: string;
	    field: string;
	    detail: string;
	}

}

export namespace opora {
	
	export enum Code {
	    AddressInvalid = "error_address_invalid",
	    AddressMissing = "error_address_missing",
	    AlreadyRunning = "error_already_running",
	    BrowserBroken = "error_browser_broken",
	    BrowserSandbox = "error_browser_sandbox",
	    Busy = "error_busy",
	    Cancelled = "error_cancelled",
	    ClipboardFailed = "error_clipboard_failed",
	    CustomerNeeded = "error_customer_needed",
	    DataDamaged = "error_data_damaged",
	    DataForeign = "error_data_foreign",
	    DataNewer = "error_data_newer",
	    DataUnwritable = "error_data_unwritable",
	    DiskFull = "error_disk_full",
	    ImageUnreadable = "error_image_unreadable",
	    ImportRunning = "error_import_running",
	    KeyringDismissed = "error_keyring_dismissed",
	    KeyringFailed = "error_keyring_failed",
	    KeyringLocked = "error_keyring_locked",
	    KeyringMissing = "error_keyring_missing",
	    KeyringTimeout = "error_keyring_timeout",
	    KindUnknown = "error_kind_unknown",
	    LinkRefused = "error_link_refused",
	    LoginInvalid = "error_login_invalid",
	    NameInvalid = "error_name_invalid",
	    NameMissing = "error_name_missing",
	    NameTaken = "error_name_taken",
	    NotFound = "error_not_found",
	    NotProven = "error_not_proven",
	    NothingFound = "error_nothing_found",
	    OptionInvalid = "error_option_invalid",
	    SecretDamaged = "error_secret_damaged",
	    SecretForgotten = "error_secret_forgotten",
	    SecretGone = "error_secret_gone",
	    SecretMissing = "error_secret_missing",
	    SourceEmpty = "error_source_empty",
	    SourceForbids = "error_source_forbids",
	    SourceHostile = "error_source_hostile",
	    SourceMissing = "error_source_missing",
	    SourceOffline = "error_source_offline",
	    SourceTooLarge = "error_source_too_large",
	    SourceUnreadable = "error_source_unreadable",
	    TextMissing = "error_text_missing",
	    TooLong = "error_too_long",
	    Unexpected = "error_unexpected",
	}
	export enum HintCode {
	    AddressUnclear = "address_unclear",
	    BrowserFault = "browser_fault",
	    ByOperator = "by_operator",
	    Certificate = "certificate",
	    Elsewhere = "elsewhere",
	    HostKeyNew = "host_key_new",
	    HostKeyWas = "host_key_was",
	    HttpStatus = "http_status",
	    MethodsOffered = "methods_offered",
	    MixedScript = "mixed_script",
	    NeedsBrowser = "needs_browser",
	    NoBrowser = "no_browser",
	    NoShell = "no_shell",
	    NotChecked = "not_checked",
	    NotFinished = "not_finished",
	    Offline = "offline",
	    PasswordCorrect = "password_correct",
	    Plain = "plain",
	    Public = "public",
	    Said = "said",
	    SecretMissing = "secret_missing",
	    SpaceInLogin = "space_in_login",
	    SpaceInPassword = "space_in_password",
	    WaitUntil = "wait_until",
	}
	export enum Kind {
	    Basic = "basic",
	    Bearer = "bearer",
	    Digest = "digest",
	    Document = "document",
	    Ftp = "ftp",
	    Ftps = "ftps",
	    Imap = "imap",
	    Ldap = "ldap",
	    Link = "link",
	    Mongodb = "mongodb",
	    Mssql = "mssql",
	    Mysql = "mysql",
	    Pop3 = "pop3",
	    Postgres = "postgres",
	    Rdp = "rdp",
	    Redis = "redis",
	    Sftp = "sftp",
	    Smtp = "smtp",
	    Ssh = "ssh",
	    Web = "web",
	    Webdav = "webdav",
	}
	export enum NodeKind {
	    A = "a",
	    Br = "br",
	    Code = "code",
	    Dd = "dd",
	    Del = "del",
	    Dl = "dl",
	    Dt = "dt",
	    Em = "em",
	    H = "h",
	    Hr = "hr",
	    Img = "img",
	    Kbd = "kbd",
	    Li = "li",
	    Note = "note",
	    Ol = "ol",
	    P = "p",
	    Pre = "pre",
	    Quote = "quote",
	    Strong = "strong",
	    Sub = "sub",
	    Sup = "sup",
	    Table = "table",
	    Td = "td",
	    Text = "text",
	    Th = "th",
	    Tr = "tr",
	    Ul = "ul",
	}
	export enum Reason {
	    AccountDisabled = "account_disabled",
	    AccountLocked = "account_locked",
	    Ambiguous = "ambiguous",
	    BadCredentials = "bad_credentials",
	    BadKey = "bad_key",
	    Blocked = "blocked",
	    BrokenLink = "broken_link",
	    Captcha = "captcha",
	    Consent = "consent",
	    Dns = "dns",
	    HostKeyChanged = "host_key_changed",
	    HttpError = "http_error",
	    NoLoginForm = "no_login_form",
	    NotPermitted = "not_permitted",
	    NotPublic = "not_public",
	    Ok = "ok",
	    Passkey = "passkey",
	    PasswordExpired = "password_expired",
	    RateLimited = "rate_limited",
	    Refused = "refused",
	    Reset = "reset",
	    SecondFactor = "second_factor",
	    Sso = "sso",
	    Timeout = "timeout",
	    TlsFailed = "tls_failed",
	    TlsUntrusted = "tls_untrusted",
	    Unsupported = "unsupported",
	    WrongPassphrase = "wrong_passphrase",
	}
	export enum Set {
	    Articles = "articles",
	    Customers = "customers",
	    Notes = "notes",
	    Snippets = "snippets",
	}
	export enum SourceKind {
	    Folder = "folder",
	    Site = "site",
	    Zendesk = "zendesk",
	    Zip = "zip",
	}
	export enum StepCode {
	    Answer = "answer",
	    Attempt = "attempt",
	    Banner = "banner",
	    Browser = "browser",
	    Connect = "connect",
	    Decision = "decision",
	    Fault = "fault",
	    Follow = "follow",
	    Form = "form",
	    Handover = "handover",
	    HostKey = "host_key",
	    Offer = "offer",
	    Open = "open",
	    Refusal = "refusal",
	    Replay = "replay",
	    Send = "send",
	    SignOut = "sign_out",
	    Start = "start",
	    Text = "text",
	    Tls = "tls",
	    Word = "word",
	}
	export enum Verdict {
	    NeedsHuman = "needs_human",
	    Rejected = "rejected",
	    Unknown = "unknown",
	    Unreachable = "unreachable",
	    Works = "works",
	}
	export interface Span {
	    text: string;
	    mark: boolean;
	}
	export interface Hit {
	    in: Set;
	    id: number;
	    title: Span[];
	    passage: Span[];
	    heading: string;
	    anchor: string;
	    address: string;
	    parent: number;
	}
	export interface Answer {
	    query: string;
	    read: string;
	    total: number;
	    hits: Hit[];
	}
	export interface Article {
	    id: number;
	    source: number;
	    path: string;
	    title: string;
	    section: string;
	    tags: string[];
	    address: string;
	    changedAt: string;
	}
	export interface Step {
	    at_ms: number;
	    step: StepCode;
	    detail: string;
	}
	export interface Hint {
	    code: HintCode;
	    detail: string;
	}
	export interface Finding {
	    verdict: Verdict;
	    reason: Reason;
	    hints: Hint[];
	    engine: string;
	    finalAddress: string;
	    title: string;
	    product: string;
	    fingerprint: string;
	}
	export interface Check {
	    id: string;
	    startedAt: string;
	    ms: number;
	    finding: Finding;
	    evidence: Step[];
	}
	export interface Options {
	    tls?: string;
	    accept_fingerprint?: string;
	    database?: string;
	}
	export interface Credential {
	    id: number;
	    customerId: number;
	    kind: Kind;
	    address: string;
	    login: string;
	    options: Options;
	    hasKey: boolean;
	    forgotten: boolean;
	    missing: boolean;
	    proven: boolean;
	    check: Check;
	    createdAt: string;
	}
	export interface Customer {
	    id: number;
	    name: string;
	    accesses: number;
	    createdAt: string;
	    changedAt: string;
	}
	
	export interface Head {
	    At: number;
	    Text: string;
	    Anchor: string;
	}
	
	
	export interface Node {
	    k: NodeKind;
	    t?: string;
	    n?: number;
	    id?: string;
	    lang?: string;
	    to?: string;
	    w?: number;
	    h?: number;
	    c?: Node[];
	}
	export interface Note {
	    id: number;
	    customerId: number;
	    credentialId: number;
	    at: string;
	    author: string;
	    text: string;
	    kind: Kind;
	    address: string;
	    login: string;
	    proven: boolean;
	    check: Check;
	}
	
	export interface Page {
	    id: number;
	    source: number;
	    path: string;
	    title: string;
	    section: string;
	    tags: string[];
	    address: string;
	    changedAt: string;
	    nodes: Node[];
	}
	export interface Skipped {
	    path: string;
	    why: Code;
	}
	export interface Report {
	    added: number;
	    changed: number;
	    removed: number;
	    same: number;
	    images: number;
	    skipped: Skipped[];
	    skippedOf: number;
	    ms: number;
	}
	export interface Progress {
	    source: number;
	    done: number;
	    of: number;
	    rate: number;
	    at: string;
	    ended: boolean;
	    failed: Code;
	    report: Report;
	}
	export interface Recipe {
	    site: string;
	    door: string;
	    userField: string;
	    passwordField: string;
	    inside: string;
	    updatedAt: string;
	}
	
	export interface Settings {
	    language: string;
	    theme: string;
	    operator: string;
	    keepOpen: boolean;
	    quiet: boolean;
	    limitShown: boolean;
	    draftHours: number;
	    zoom: number;
	    sets: string;
	}
	
	export interface Snippet {
	    id: number;
	    title: string;
	    body: string;
	    tags: string[];
	    uses: number;
	    createdAt: string;
	    changedAt: string;
	}
	export interface Source {
	    id: number;
	    kind: SourceKind;
	    location: string;
	    title: string;
	    articles: number;
	    report: Report;
	    updatedAt: string;
	    unended: boolean;
	}
	

}

