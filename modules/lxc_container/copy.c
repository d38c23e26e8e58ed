#include "lxc_container/copy.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "lxc_container/text.h"

int copy_is_whole(const char *path, bool *whole, struct error **err)
{
    auto_buf struct buf bytes;
    auto_text struct text text;
    buf_init(&bytes);
    text_init(&text);
    if (file_read(path, TEXT_LARGEST, &bytes, err) < 0)
        return -1;
    text_read(&text, buf_str(&bytes));
    *whole = text_last(&text, "lxc.rootfs.path") < text.count;
    return 0;
}

void copy_clean_up(const char *directory)
{
    auto_free char *path = xasprintf("%s/config", directory);
    bool whole = false;
    /* Without a configuration it holds nothing yet, or what it holds is not liblxc's. */
    bool empty = access(path, F_OK) < 0;
    int result = empty ? rmdir(directory) : copy_is_whole(path, &whole, NULL);
    if (!empty && result == 0 && !whole)
        result = dir_remove(directory, NULL);
    (void)result; /* what made the copy has failed, and says why */
}
