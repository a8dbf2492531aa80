package lab

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
)

// phpWorkers is how many requests a site serves at once.
const phpWorkers = 4

// startPHP runs FastCGI workers behind a socket in dir. They share one listener,
// so that none needs a parent that could leave it behind.
func startPHP(ctx context.Context, dir string, settings ...string) (socket string, workers []*process, err error) {
	return startPHPIn(ctx, nil, dir, settings...)
}

// startPHPIn is startPHP in an overlay.
func startPHPIn(ctx context.Context, o *overlay, dir string, settings ...string) (socket string, workers []*process, err error) {
	php, err := program("php-cgi", "php-cgi")
	if err != nil {
		return "", nil, err
	}
	socket, err = socketPath(ctx, dir, "php.sock")
	if err != nil {
		return "", nil, err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return "", nil, err
	}
	listener.SetUnlinkOnClose(false)
	defer func() { _ = listener.Close() }() // the workers hold their own copies
	file, err := listener.File()
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = file.Close() }()
	arguments := []string{"-d", "display_errors=0", "-d", "log_errors=1", "-d", "error_log=" + filepath.Join(dir, "php.log"),
		"-d", "session.save_path=" + dir, "-d", "sys_temp_dir=" + dir, "-d", "memory_limit=256M"}
	for _, setting := range settings {
		arguments = append(arguments, "-d", setting)
	}
	for i := range phpWorkers {
		cmd := exec.Command(php, arguments...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "PHP_FCGI_MAX_REQUESTS=0"}
		cmd.Stdin = file
		worker, err := start(ctx, dir, fmt.Sprintf("php%d", i), o.inside(cmd))
		if err != nil {
			for _, started := range workers {
				started.Stop()
			}
			return "", nil, err
		}
		workers = append(workers, worker)
	}
	return socket, workers, nil
}

// fastCGI is the nginx configuration of a site whose pages are PHP files below
// root, with an environment that only they see.
func fastCGI(root, socket string, environment map[string]string) string {
	parameters := ""
	for name, value := range environment {
		parameters += fmt.Sprintf("fastcgi_param %s %s;\n", name, value)
	}
	return fmt.Sprintf(`root %s;
index index.php index.html;
client_max_body_size 8m;
location ~ \.php(/|$) {
fastcgi_split_path_info ^(.+?\.php)(/.*)$;
fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
fastcgi_param SCRIPT_NAME $fastcgi_script_name;
fastcgi_param PATH_INFO $fastcgi_path_info;
fastcgi_param QUERY_STRING $query_string;
fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param CONTENT_TYPE $content_type;
fastcgi_param CONTENT_LENGTH $content_length;
fastcgi_param REQUEST_URI $request_uri;
fastcgi_param DOCUMENT_ROOT $document_root;
fastcgi_param SERVER_PROTOCOL $server_protocol;
fastcgi_param GATEWAY_INTERFACE CGI/1.1;
fastcgi_param SERVER_SOFTWARE nginx;
fastcgi_param REMOTE_ADDR $remote_addr;
fastcgi_param SERVER_ADDR $server_addr;
fastcgi_param SERVER_PORT $server_port;
fastcgi_param SERVER_NAME $host;
fastcgi_param HTTPS $https if_not_empty;
fastcgi_param REDIRECT_STATUS 200;
%sfastcgi_pass unix:%s;
}
`, root, parameters, socket)
}
