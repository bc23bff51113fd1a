"""Functions that reach beyond the namespace: files, network, processes, settings of the process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["files", "network", "process", "environment", "unknown"]


@dataclass(frozen=True, slots=True)
class Reach:
    """What one function does out there."""

    kind: Kind
    verb: str
    """Such as "reads"; followed by its argument."""
    at: int | None = 0
    """Which argument names the thing; None: the function's own name says it."""
    keyword: str = ""
    """That argument's name."""


def _each(kind: Kind, verb: str, names: str, at: int | None = 0) -> dict[str, Reach]:
    return {name: Reach(kind, verb, at) for name in names.split()}


FUNCTIONS: dict[str, Reach] = {
    **_each("files", "deletes", "os.remove os.unlink os.rmdir os.removedirs shutil.rmtree"),
    **_each("files", "renames", "os.rename os.replace os.renames shutil.move"),
    **_each("files", "creates", "os.mkdir os.makedirs os.symlink os.link os.mkfifo"),
    **_each("files", "changes", "os.chmod os.chown os.utime os.truncate shutil.chown"),
    **_each("files", "writes", "shutil.copy shutil.copy2 shutil.copyfile shutil.copytree", 1),
    **_each("files", "writes", "shutil.make_archive shutil.unpack_archive os.open os.write"),
    **_each("files", "reads", """os.listdir os.scandir os.walk os.stat os.lstat os.readlink
        os.path.exists os.path.isfile os.path.isdir os.path.getsize os.path.getmtime glob.glob
        glob.iglob os.access os.path.realpath os.fwalk linecache.getline shutil.disk_usage"""),
    **_each("files", "writes a temporary file", """tempfile.mkstemp tempfile.mkdtemp
        tempfile.NamedTemporaryFile tempfile.TemporaryFile tempfile.TemporaryDirectory
        tempfile.SpooledTemporaryFile""", None),
    **_each("files", "opens", """zipfile.ZipFile tarfile.open gzip.open bz2.open lzma.open
        sqlite3.connect duckdb.connect shelve.open dbm.open h5py.File netCDF4.Dataset PIL.Image.open
        pandas.HDFStore pandas.ExcelFile pandas.ExcelWriter openpyxl.load_workbook
        xarray.open_dataset xarray.open_mfdataset xarray.open_zarr pyarrow.OSFile
        numpy.memmap pathlib.Path.open os.fdopen logging.FileHandler"""),
    **_each("files", "writes", """numpy.save numpy.savez numpy.savez_compressed numpy.savetxt
        matplotlib.pyplot.savefig matplotlib.pyplot.imsave plotly.io.write_html
        plotly.io.write_image scipy.io.savemat scipy.io.wavfile.write csv.field_size_limit
        pyarrow.parquet.write_to_dataset numpy.open_memmap"""),
    **_each("files", "writes", """joblib.dump torch.save pyarrow.parquet.write_table
        pyarrow.csv.write_csv pyarrow.feather.write_feather pyarrow.dataset.write_dataset
        duckdb.write_csv xarray.save_mfdataset""", 1),
    **_each("files", "reads", """numpy.load numpy.loadtxt numpy.genfromtxt numpy.fromfile
        matplotlib.pyplot.imread pyarrow.parquet.read_table pyarrow.csv.read_csv
        pyarrow.feather.read_table pyarrow.parquet.ParquetFile scipy.io.loadmat
        pyarrow.dataset.dataset polars.scan_csv polars.scan_parquet polars.scan_ipc
        polars.scan_ndjson xarray.load_dataset duckdb.read_csv duckdb.read_parquet
        duckdb.read_json IPython.display.Image"""),
    **_each("unknown", "runs code that is stored in", """pickle.load pickle.loads pickle.Unpickler
        pandas.read_pickle joblib.load torch.load dill.load dill.loads cloudpickle.load
        cloudpickle.loads marshal.load marshal.loads runpy.run_path runpy.run_module"""),
    **_each("network", "connects to", """sqlalchemy.create_engine psycopg2.connect psycopg.connect
        pymysql.connect pymongo.MongoClient redis.Redis snowflake.connector.connect
        socket.create_connection socket.gethostbyname socket.getaddrinfo""", 0),
    **_each("network", "loads", """seaborn.load_dataset seaborn.get_dataset_names
        torch.hub.load torch.hub.download_url_to_file"""),
    **_each("process", "ends the kernel", """os._exit os.abort sys.exit builtins.exit
        builtins.quit""", None),
    **_each("process", "starts another program:", """os.system os.popen os.execv os.execl os.execvp
        os.spawnl os.spawnv os.startfile os.posix_spawn webbrowser.open"""),
    **_each("process", "starts a process", "os.fork os.forkpty", None),
    **_each("process", "sends a signal to", "os.kill os.killpg signal.raise_signal"),
    **_each("process", "sets a signal handler", """signal.signal signal.setitimer
        signal.alarm""", None),
    **_each("environment", "goes to the folder", "os.chdir os.fchdir"),
    **_each("environment", "sets", "os.putenv os.unsetenv os.umask os.setuid os.nice"),
    **_each("environment", "reads the variable", "os.getenv os.getenvb"),
    **_each("environment", "sets the random seed", """random.seed numpy.random.seed
        torch.manual_seed numpy.random.set_state random.setstate torch.cuda.manual_seed
        torch.cuda.manual_seed_all""", None),
    **_each("environment", "filters warnings", """warnings.filterwarnings warnings.simplefilter
        warnings.resetwarnings warnings.catch_warnings""", None),
    **_each("environment", "changes the settings of matplotlib", """matplotlib.rc matplotlib.use
        matplotlib.rcdefaults matplotlib.pyplot.rc matplotlib.pyplot.rcdefaults
        matplotlib.pyplot.style.use matplotlib.style.use matplotlib.pyplot.switch_backend
        matplotlib.rc_context matplotlib.pyplot.rc_context matplotlib.pyplot.ion
        matplotlib.pyplot.ioff seaborn.set seaborn.set_theme seaborn.set_style
        seaborn.set_context seaborn.set_palette seaborn.reset_defaults
        matplotlib.pyplot.xkcd matplotlib.rcParams.update matplotlib.pyplot.rcParams.update""",
        None),
    **_each("environment", "sets the option", """pandas.set_option pandas.reset_option
        pandas.option_context numpy.seterr numpy.set_printoptions numpy.errstate
        sklearn.set_config torch.set_default_dtype torch.set_num_threads torch.set_grad_enabled
        torch.set_default_device plotly.io.templates locale.setlocale sys.setrecursionlimit
        logging.basicConfig logging.disable decimal.setcontext xarray.set_options
        torch.use_deterministic_algorithms gc.disable gc.enable gc.set_threshold sys.settrace
        sys.setprofile faulthandler.enable tracemalloc.start time.tzset"""),
    **_each("environment", "changes the connection that duckdb keeps", """duckdb.register
        duckdb.unregister duckdb.append duckdb.begin duckdb.commit duckdb.rollback duckdb.close
        duckdb.create_function duckdb.remove_function duckdb.load_extension duckdb.checkpoint
        duckdb.install_extension duckdb.register_filesystem duckdb.unregister_filesystem
        duckdb.set_default_connection""", None),
    **_each("environment", "changes the settings of polars", "polars.Config", None),
    **_each("environment", "reloads", "importlib.reload"),
    **_each("unknown", "runs in the background after this code", """threading.Timer
        threading.Thread asyncio.create_task asyncio.ensure_future asyncio.run
        concurrent.futures.ThreadPoolExecutor concurrent.futures.ProcessPoolExecutor
        multiprocessing.Process multiprocessing.Pool atexit.register asyncio.gather
        asyncio.to_thread joblib.Parallel weakref.finalize""", None),
    **_each("unknown", "runs code that is text", """builtins.exec builtins.eval builtins.compile
        pandas.eval code.interact""", None),
    **_each("unknown", "looks a module up by a computed name", """importlib.import_module
        builtins.__import__""", None),
    **_each("unknown", "reaches all names of the notebook", """builtins.globals builtins.locals
        builtins.vars sys._getframe inspect.currentframe inspect.stack gc.get_objects
        gc.get_referrers""", None),
    **_each("unknown", "waits for input", "builtins.input builtins.breakpoint pdb.set_trace", None),
}  # fmt: skip
"""Functions by import path."""

MODULES: dict[str, Reach] = {
    **_each(
        "network",
        "sends a request to",
        """requests httpx urllib.request urllib.robotparser urllib3 aiohttp
        http.client websocket websockets ftplib smtplib imaplib poplib telnetlib xmlrpc.client
        gradio_client boto3 botocore s3fs gcsfs fsspec google.cloud azure openai anthropic
        huggingface_hub kaggle yfinance paramiko ssl socket socketserver http.server geopy grpc
        sklearn.datasets nltk.download datasets transformers""",
    ),
    **_each("process", "starts another program:", "subprocess pty pexpect sh plumbum invoke"),
    **_each("unknown", "reaches memory directly", "ctypes cffi", None),
    **_each("process", "starts processes", "multiprocessing", None),
}
"""Modules all of whose functions do that."""

ANSWERS = {"requests", "httpx"}
"""Packages whose answers only tell what came, and that send by functions and sessions."""
SESSIONS = ("Session", "session", "Client")
"""How their classes of sessions end."""

ROOTS = {name.partition(".")[0] for name in (*FUNCTIONS, *MODULES)}
"""Packages that stand here: importing them is no surprise."""


def reach_of(path: str) -> Reach | None:
    """What a function does out there, by its path or by what its module does."""
    root, _, name = path.rpartition(".")
    known = FUNCTIONS.get(path) or FUNCTIONS.get(f"{path.partition('.')[0]}.{name}")
    if known is not None or (root == "sklearn.datasets" and not name.startswith("fetch_")):
        return known
    while root:
        if root in MODULES:
            return MODULES[root]
        root = root.rpartition(".")[0]
    return None


READERS = ("read_", "scan_")
WRITERS = ("to_", "write_", "sink_")
LOADERS = {"pandas", "polars", "geopandas", "pyarrow", "duckdb", "dask", "modin"}
"""Packages whose `read_…` functions take a path or URL first."""
QUERIES = {"read_sql", "read_sql_query", "read_sql_table", "read_gbq", "read_database",
           "read_database_uri"}  # fmt: skip
"""Those that take a query first."""
STORES = {"to_sql", "to_gbq", "write_database"}
"""Methods that write to a database."""
IN_MEMORY = {
    "to_numpy", "to_dict", "to_list", "to_frame", "to_series", "to_string", "to_records",
    "to_period", "to_timestamp", "to_pandas", "to_arrow", "to_xarray", "to_dummies", "to_physical",
    "to_pydatetime", "to_pytimedelta", "to_flat_index", "to_datetime", "to_numeric",
    "to_timedelta", "to_struct", "to_init_repr", "to_jax", "to_torch", "to_pylist", "to_pydict",
    "to_batches", "to_julian_date", "to_table", "to_tensor", "to_dense", "to_sparse", "to_dataset",
    "to_array", "to_dataarray", "to_pandas_series", "to_index", "to_unmasked", "to_hex", "to_rgb",
    "to_rgba", "to_perioddelta", "to_integer", "to_decimal", "to_titlecase", "to_lowercase",
    "to_uppercase", "to_date", "to_time", "to_iterable", "to_offset", "to_native", "to_coo",
    "to_dtype", "to_graph", "to_df", "to_view", "to_arrow_table", "to_arrow_reader", "to_dicts",
}  # fmt: skip
"""`to_…` methods that write nothing, whatever they are given."""

PATH_METHODS: dict[str, Reach] = {
    **_each("files", "writes", "write_text write_bytes touch", None),
    **_each("files", "creates", "mkdir symlink_to hardlink_to", None),
    **_each("files", "deletes", "unlink rmdir", None),
    **_each("files", "renames", "rename replace move move_into", None),
    **_each("files", "changes", "chmod lchmod", None),
    **_each("files", "copies", "copy copy_into", None),
    **_each(
        "files",
        "reads",
        """read_text read_bytes exists is_file is_dir iterdir glob rglob stat
        lstat resolve walk is_symlink owner group readlink samefile""",
        None,
    ),
}
FILE_METHODS: dict[str, Reach] = {
    **_each("files", "writes", "write writelines truncate writestr write_table extractall extract",
            None),
    **_each("files", "reads", "read readline readlines read_bytes namelist", None),
}  # fmt: skip
"""Methods of open files and archives."""
