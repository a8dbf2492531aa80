package browser

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// features that are switched off, each because it speaks to somebody, asks
// somebody, or puts itself between the page and who looks at it.
const featuresOff = "" +
	"AutofillServerCommunication," +
	"CertificateTransparencyComponentUpdater," +
	"DialMediaRouteProvider," +
	"DnsOverHttps," +
	"AsyncDns," +
	"GlobalMediaControls," +
	"HttpsFirstBalancedModeAutoEnable," +
	"HttpsUpgrades," + // an address is tried as the operator gave it
	"LensOverlay," +
	"MediaRouter," +
	"NetworkTimeServiceQuerying," +
	"OptimizationGuideModelDownloading," +
	"OptimizationHints," +
	"OptimizationHintsFetching," +
	"PasswordLeakDetection," +
	"Prerender2," +
	// Pages of the browser's own, for a toolbar that nobody sees: each takes a
	// process at every start.
	"AimServerEligibilityEnabled,InitialWebUI,OmniboxPopupWebUI,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,WebUIOmniboxPopup,WebUIReloadButton,WebUIToolbar," +
	"SpareRendererForSitePerProcess," +
	"Translate," +
	"WebAuthenticationConditionalUI," +
	"WebBluetooth," +
	"WebRtcHideLocalIpsWithMdns," + // it opens a socket to the whole office; no address of ours is told anyway
	"WebUSB"

// flags are the switches of the browser. What is in them can be read by every
// user of the machine, so nothing secret is.
func flags(p *profile, proxyAddress string, o Options) []string {
	list := []string{
		"--user-data-dir=" + p.path(folderData),
		"--no-first-run", "--no-default-browser-check", "--no-service-autorun", "--no-pings",
		"--no-startup-window", // the visitors open their own
		"--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
		"--disable-sync", "--disable-breakpad", "--disable-crash-reporter", "--disable-client-side-phishing-detection",
		"--disable-field-trial-config", "--disable-default-apps", "--disable-extensions", "--disable-component-extensions-with-background-pages",
		"--disable-search-engine-choice-screen", "--disable-external-intent-requests", "--disable-notifications",
		"--disable-print-preview", "--disable-speech-api", "--disable-3d-apis", "--disable-infobars",
		"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
		"--disable-hang-monitor", "--disable-prompt-on-repost",
		"--metrics-recording-only", "--safebrowsing-disable-auto-update", "--deny-permission-prompts", "--noerrdialogs",
		"--password-store=basic", "--use-mock-keychain",
		"--disable-features=" + featuresOff,
		// The proxy is the one way out, for this machine's own addresses too.
		"--proxy-server=http://" + proxyAddress, "--proxy-bypass-list=<-loopback>",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE " + proxyHost,
		"--disable-quic", "--dns-prefetch-disable",
		"--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--webrtc-ip-handling-policy=disable_non_proxied_udp",
		"--ssl-version-min=tls1.2",
		"--window-size=1280,900",
	}
	if !o.Visible {
		list = append(list, "--headless", "--hide-scrollbars", "--mute-audio", "--disable-gpu")
	}
	if smallSharedMemory() {
		list = append(list, "--disable-dev-shm-usage")
	}
	if len(o.Pins) > 0 {
		list = append(list, "--ignore-certificate-errors-spki-list="+strings.Join(o.Pins, ","))
	}
	if o.Language != "" {
		list = append(list, "--accept-lang="+o.Language, "--lang="+strings.SplitN(o.Language, ",", 2)[0])
	}
	if o.UserAgent != "" {
		list = append(list, "--user-agent="+o.UserAgent)
	}
	return list
}

// checkOptions refuses options that would read as more than one switch value.
func checkOptions(o Options) error {
	for _, pin := range o.Pins {
		if strings.Trim(pin, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != "" {
			return fmt.Errorf("a pin is not base64: %q", pin)
		}
	}
	for _, text := range []string{o.Language, o.UserAgent} {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			return fmt.Errorf("neither a language nor a name of a browser: %q", text)
		}
	}
	return nil
}

// environment is all that the browser knows of ours.
func environment(p *profile, program Program, o Options) []string {
	home := p.path(folderHome)
	list := []string{
		"HOME=" + home,
		"TMPDIR=" + p.path(folderTemp), "TEMP=" + p.path(folderTemp), "TMP=" + p.path(folderTemp),
		"XDG_CONFIG_HOME=" + filepath.Join(home, ".config"),
		"XDG_CACHE_HOME=" + filepath.Join(home, ".cache"),
		"XDG_DATA_HOME=" + filepath.Join(home, ".local"),
		"XDG_STATE_HOME=" + filepath.Join(home, ".state"),
		// Nothing on the bus is for it: no keyring, no notifications, no portal.
		"DBUS_SESSION_BUS_ADDRESS=disabled:", "DBUS_SYSTEM_BUS_ADDRESS=disabled:",
		"GOOGLE_API_KEY=no", "GOOGLE_DEFAULT_CLIENT_ID=no", "GOOGLE_DEFAULT_CLIENT_SECRET=no",
	}
	return slices.Concat(list, systemEnvironment(p, program, o))
}

type object = map[string]any

// preferences are the settings that have no switch.
func preferences(o Options) object {
	return object{
		"credentials_enable_service": false,
		"autofill":                   object{"enabled": false, "profile_enabled": false, "credit_card_enabled": false},
		"profile": object{
			"password_manager_enabled":        false,
			"password_manager_leak_detection": false,
			"exit_type":                       "Normal",
			"default_content_setting_values": object{
				"notifications": 2, "geolocation": 2, "media_stream_mic": 2, "media_stream_camera": 2,
				"midi_sysex": 2, "usb_guard": 2, "serial_guard": 2, "bluetooth_guard": 2, "hid_guard": 2,
				"file_system_write_guard": 2, "sensors": 2, "automatic_downloads": 2, "protocol_handlers": 2,
				"idle_detection": 2, "local_fonts": 2, "window_placement": 2, "payment_handler": 2, "clipboard": 2,
				"local_network_access": 1, // the proxy judges addresses, for a customer's panel in the office too
			},
		},
		"dns_prefetching":       object{"enabled": false},
		"net":                   object{"network_prediction_options": 2},
		"alternate_error_pages": object{"enabled": false},
		"search":                object{"suggest_enabled": false},
		"safebrowsing":          object{"enabled": false, "enhanced": false},
		"signin":                object{"allowed": false, "allowed_on_next_startup": false},
		"translate":             object{"enabled": false},
		"printing":              object{"enabled": false},
		"download":              object{"prompt_for_download": true},
		"plugins":               object{"always_open_pdf_externally": true},
		"webrtc":                object{"ip_handling_policy": "disable_non_proxied_udp"},
		"browser":               object{"has_seen_welcome_page": true, "check_default_browser": false, "show_home_button": false},
		"intl":                  object{"accept_languages": o.Language, "selected_languages": o.Language},
		"payments":              object{"can_make_payment_enabled": false},
		"privacy_sandbox":       object{"m1": object{"topics_enabled": false, "fledge_enabled": false, "ad_measurement_enabled": false}},
		"spellcheck":            object{"use_spelling_service": false, "dictionaries": []string{}},
	}
}

// localState are the settings of all profiles of a browser.
func localState(o Options) object {
	schemes := "basic,digest" // what a script may answer itself; the others speak for the operator's machine
	if o.Visible {
		schemes = "basic,digest,ntlm,negotiate"
	}
	return object{
		"auth":           object{"schemes": schemes},
		"dns_over_https": object{"mode": "off"},
		"ssl":            object{"version_min": "tls1.2"},
	}
}
